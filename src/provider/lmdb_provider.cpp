#include <duroxide/lmdb_provider.hpp>

#include <chrono>
#include <system_error>
#include <utility>

#include "model/metrics.hpp"
#include "protocol/enough_threads.hpp"
#include "protocol/store_impl.hpp"
#include "provider/start_store.hpp"
#include "storage/coded/coded_kv.hpp"
#include "storage/directories.hpp"
#include "storage/lmdb/directory_lock.hpp"
#include "storage/lmdb/disk_reserve.hpp"
#include "storage/lmdb/fresh_paths.hpp"
#include "storage/lmdb/inspect.hpp"
#include "storage/lmdb/lmdb_kv.hpp"
#include "storage/lmdb/page_walk.hpp"
#include "storage/lmdb/store_files.hpp"
#include "storage/log/segment.hpp"
#include "storage/logged/logged_kv.hpp"
#include "storage/size_signal.hpp"

namespace duroxide::DUROXIDE_ABI {

namespace {

namespace fs = std::filesystem;
using storage::StorageFailure;

/// How long an opening looks at pages. The rest is looked at in the background.
constexpr std::chrono::milliseconds longest_check{1000};

/// A new store would take the place of what is committed there.
void require_no_log(const fs::path& directory) {
  if (const auto segments = storage::segments_in(directory); !segments.empty()) {
    const auto found = storage::LogSegment::path_in(directory, segments.front());
    throw StorageFailure(ProviderError::Kind::foreign_store,
                         "there is no database in `" + directory.string() + "`, but `" +
                             found.string() +
                             "` is there: if it is a part of a store's log, put `data.mdb` back "
                             "beside it, else put it elsewhere");
  }
}

storage::ProviderParts open_parts(const fs::path& directory, const LmdbOptions& options) {
  const storage::SizeSignalHeld held;
  // Outlives what `fresh` takes away after a failure: nobody else opens the files before they are gone.
  model::FileDescriptor lock_until_cleared;
  storage::FreshPaths fresh(directory);
  storage::make_directory(directory);
  storage::require_store_files(directory, storage::Use::write);
  std::error_code ignored;
  if (!fs::exists(directory / storage::lock_file_name, ignored)) {
    // Nobody's lock: look before anything is put into what may be another program's directory.
    (void)storage::inspect_directory(directory);
  }
  storage::DirectoryLock lock(directory);
  lock_until_cleared = lock.second_holder();
  bool has_new_files = lock.created();
  if (lock.created()) {
    fresh.add(directory / storage::lock_file_name);
  }
  const auto found = storage::inspect_directory(directory);
  if (found == storage::DirectoryContent::nothing) {
    fresh.add(directory / storage::reserve_file_name);
    require_no_log(directory);
    fresh.add(storage::LogSegment::path_in(directory, 1));
    for (const char* file : {"lock.mdb", "data.mdb"}) {
      if (!fs::exists(directory / file, ignored)) {
        fresh.add(directory / file);
        has_new_files = true;
      }
    }
  }
  const auto checked = found == storage::DirectoryContent::nothing
                           ? storage::PagesChecked{0, {}, true}
                           : storage::check_at_opening(directory, longest_check);
  lock.write_holder();
  storage::ProviderParts parts;
  storage::require_threads(options.durability() == Durability::relaxed ? 2 : 1);
  auto tables =
      std::make_unique<storage::LmdbKv>(directory, options.durability(), options.map_size(),
                                        std::move(lock), checked, options.log_sink());
  if (has_new_files) {
    // So that no loss of power leaves a log without its database, which is refused.
    storage::sync_directories(directory);
  }
  parts.options.metrics = options.metrics() ? std::make_shared<model::Metrics>() : nullptr;
  parts.store = std::make_shared<storage::LoggedKv>(
      std::move(tables), options.durability(),
      storage::LoggedLimits::of_checkpoint(options.checkpoint_size()), options.log_sink(),
      parts.options.metrics);
  const auto& codec = options.payload_codec();
  const auto digest_key = storage::require_codec(*parts.store->writer_view(), codec.get());
  if (codec) {
    storage::check_codec(*codec);
    parts.store = storage::make_coded(std::move(parts.store), codec);
  }
  parts.opening = storage::begin_opening(*parts.store);
  if (codec) {
    parts.opening.digest_key = storage::note_codec(*parts.store, *codec, digest_key);
  }
  // The names are on the disk if somebody has closed the store since they were made.
  if (has_new_files || parts.opening.after_crash || parts.opening.id == 1) {
    storage::sync_directories(directory);
  }
  storage::warn_of_exposure(directory, options.log_sink());
  parts.clock = options.clock();
  parts.log = options.log_sink();
  fresh.keep();
  return parts;
}

}  // namespace

LmdbOptions::LmdbOptions() : clock_(system_clock()), log_sink_(stderr_log_sink(LogLevel::warn)) {}

Result<Store, ProviderError> LmdbProvider::open(const std::filesystem::path& directory,
                                                const LmdbOptions& options) {
  try {
    auto parts = open_parts(directory, options);
    Store store = detail::start_store(
        options.actor_system() ? *options.actor_system() : ActorSystem::create(), std::move(parts));
    detail::StoreAccess::impl(store).directory = fs::absolute(directory);
    return store;
  } catch (const StorageFailure& failed) {
    ProviderError error = failed.error();
    error.operation = "open";
    return failure(std::move(error));
  } catch (const std::exception& failed) {
    return failure(storage::make_error(ProviderError::Kind::storage, "open", failed.what()));
  }
}

}  // namespace duroxide::DUROXIDE_ABI
