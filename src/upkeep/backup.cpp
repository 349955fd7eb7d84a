// A copy of a store as of one moment.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

#include "storage/format.hpp"
#include "storage/lmdb/lmdb_copy.hpp"
#include "upkeep/progress_report.hpp"
#include "upkeep/upkeep.hpp"

namespace duroxide::storage {

namespace {

namespace fs = std::filesystem;
using Kind = ProviderError::Kind;

/// How often it is begun anew because the store had to grow. Each time the store has doubled, so
/// this is more than there will ever be.
constexpr int most_copies = 32;
constexpr std::uint64_t rows_between_looks = 512;

void check_target(const fs::path& directory, const fs::path& store) {
  if (directory.empty()) {
    throw StorageFailure(Kind::invalid_input, "the directory for the backup has no name");
  }
  if (store.empty()) {
    return;
  }
  std::error_code error;
  const fs::path to = fs::weakly_canonical(directory, error);
  const fs::path from = fs::weakly_canonical(store, error);
  if (std::mismatch(from.begin(), from.end(), to.begin(), to.end()).first == from.end()) {
    throw StorageFailure(Kind::invalid_input, "the directory `" + directory.string() +
                                                  "` is the store itself or lies in it; choose "
                                                  "another one for the backup");
  }
}

/// The mark of a running store says that its end was a crash if nobody takes it away, and the log stays
/// with the store.
bool is_left_out(Table table, std::string_view key) {
  return table == Table::meta && (key == meta_keys::open || key == meta_keys::log);
}

/// One attempt. Nothing if the store wants its snapshot back.
std::optional<BackupResult> copy_store(KvStore& store, const fs::path& directory,
                                       const OnProgress& on_progress) {
  auto view = store.stored_snapshot();
  LmdbCopy copy(directory);
  ProgressReport progress("backup", on_progress, count_rows(*view));
  BackupResult result;
  for (std::size_t index = 0; index < table_count; ++index) {
    const auto table = static_cast<Table>(index);
    auto cursor = view->cursor(table);
    for (bool more = cursor->seek({}); more; more = cursor->next()) {
      if (!is_left_out(table, cursor->key())) {
        copy.append(table, cursor->key(), cursor->value());
        ++result.records;
      }
      progress.add(1);
      if (result.records % rows_between_looks == 0 && store.wants_snapshots_back()) {
        cursor.reset();
        view.reset();  // now: to take back what was copied may last
        return std::nullopt;
      }
      if (!progress.goes_on()) {
        throw StorageFailure(Kind::invalid_input,
                             "the backup was told to stop; nothing was left behind");
      }
    }
  }
  view.reset();
  if (!progress.finish()) {
    throw StorageFailure(Kind::invalid_input,
                         "the backup was told to stop; nothing was left behind");
  }
  result.bytes = copy.finish();
  return result;
}

}  // namespace

BackupResult Upkeep::backup(const fs::path& directory, const OnProgress& on_progress) const {
  check_target(directory, store_->directory());
  for (int attempt = 0; attempt < most_copies; ++attempt) {
    if (const auto result = copy_store(*store_, directory, on_progress)) {
      return *result;
    }
  }
  throw StorageFailure(Kind::storage,
                       "the store grew again and again while it was copied; try again later", true);
}

}  // namespace duroxide::storage
