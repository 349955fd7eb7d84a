#include "simulation/tables.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <duroxide/durability.hpp>

#include "engine/opening.hpp"
#include "provider/start_store.hpp"
#include "queries/management.hpp"
#include "storage/lmdb/lmdb_kv.hpp"
#include "storage/logged/logged_kv.hpp"
#include "storage/memory/memory_kv.hpp"
#include "support/granted_room.hpp"
#include "support/quick_directory.hpp"
#include "upkeep/upkeep.hpp"

namespace duroxide::simulation {

namespace {

/// Changes that fill an empty store with what `from` holds.
storage::Changes contents_of(storage::KvStore& from) {
  storage::Changes changes;
  const auto view = from.snapshot();
  for (std::size_t i = 0; i < storage::table_count; ++i) {
    const auto cursor = view->cursor(static_cast<storage::Table>(i));
    for (bool found = cursor->seek(""); found; found = cursor->next()) {
      changes.at(i).emplace(cursor->key(), storage::Change{std::string(cursor->value()), true});
    }
  }
  return changes;
}

}  // namespace

/// What one engine writes through, until it is crashed.
class Tables::Gate final : public storage::KvStore {
 public:
  explicit Gate(Tables& tables) : tables_(&tables), bytes_(tables.bytes_) {}

  [[nodiscard]] std::unique_ptr<storage::ReadView> writer_view() override {
    return bytes_->writer_view();
  }
  [[nodiscard]] std::unique_ptr<storage::ReadView> snapshot() override {
    return bytes_->snapshot();
  }
  [[nodiscard]] std::unique_ptr<storage::ReadView> lasting_snapshot() override {
    return bytes_->lasting_snapshot();
  }
  [[nodiscard]] std::unique_ptr<storage::ReadView> checked_snapshot() override {
    return bytes_->checked_snapshot();
  }
  [[nodiscard]] std::filesystem::path directory() const override { return bytes_->directory(); }
  void forget_cached() override { bytes_->forget_cached(); }

  [[nodiscard]] std::uint64_t make_room(std::uint64_t bytes, storage::RoomFor what,
                                        const LetGo& let_go) override {
    if (broken_) {
      throw storage::StorageFailure(ProviderError::Kind::closed, *broken_);
    }
    if (tables_->is_full()) {
      throw storage::StorageFailure(ProviderError::Kind::disk_full, "simulated", true);
    }
    (void)bytes_->make_room(bytes, what, let_go);
    granted_ = bytes;  // no more, so that every request asks
    return bytes;
  }
  void commit(storage::Changes&& changes) override {
    if (broken_) {
      throw storage::StorageFailure(ProviderError::Kind::closed, *broken_);
    }
    testing::require_granted(changes, std::exchange(granted_, 0));
    const Fate decided = tables_->fate();
    if (decided == Fate::fatal || decided == Fate::fatal_done) {
      broken_ = "a simulated failure of the disk";
    }
    if (decided == Fate::done) {
      tables_->write(std::move(changes));
      return;
    }
    if (decided == Fate::fatal_done) {
      tables_->write(storage::Changes(changes));
    }
    throw storage::StorageFailure(ProviderError::Kind::storage, *broken_);
  }
  [[nodiscard]] std::optional<std::string> broken_by() const override { return broken_; }
  [[nodiscard]] storage::StoreUse use() override { return bytes_->use(); }
  /// The bytes are needed once more.
  void close() override {}

  void shut() { broken_ = "a simulated crash"; }

 private:
  Tables* tables_;
  std::shared_ptr<storage::KvStore> bytes_;
  std::optional<std::string> broken_;
  std::uint64_t granted_ = 0;  ///< for the next commit
};

Tables::Tables(Medium medium, Defect defect, bool small_limits)
    : medium_(medium), defect_(defect), small_limits_(small_limits) {
  if (medium_ == Medium::lmdb) {
    directory_.emplace(testing::quick_directory());
  } else {
    bytes_ = std::make_shared<storage::MemoryKv>();
    durable_ = defect_ == Defect::early_answers ? std::make_shared<storage::MemoryKv>() : bytes_;
  }
}

Tables::~Tables() = default;

void Tables::open_bytes() {
  gate_.reset();
  if (medium_ == Medium::lmdb) {
    durable_.reset();
    bytes_.reset();  // lets go of the files as a crash does: what is in the log stays there
    auto tables = std::make_unique<storage::LmdbKv>(directory_->path(), Durability::none,
                                                    std::uint64_t{1} << 24,
                                                    storage::DirectoryLock(directory_->path()));
    bytes_ = std::make_shared<storage::LoggedKv>(std::move(tables), Durability::none,
                                                 storage::LoggedLimits::of_checkpoint(8 << 10));
    durable_ = bytes_;
  } else if (durable_ != bytes_) {
    bytes_ = std::make_shared<storage::MemoryKv>();
    bytes_->commit(contents_of(*durable_));
    not_durable_.clear();
  }
  gate_ = std::make_shared<Gate>(*this);
}

Store Tables::open(ActorSystem system, const std::shared_ptr<Clock>& clock, LogSink log) {
  open_bytes();
  storage::ProviderParts parts;
  parts.store = gate_;
  const auto asked = std::exchange(fate, [] { return Fate::done; });
  const auto fullness = std::exchange(is_full, [] { return false; });
  parts.opening = storage::begin_opening(*gate_);
  fate = asked;
  is_full = fullness;
  parts.clock = clock;
  parts.log = std::move(log);
  if (small_limits_) {
    parts.options.early_commit_bytes = 300;
    parts.options.bulk_rows = 3;
    parts.options.most_in_tree = 2;
    parts.options.rows_dropped_with_turn = 2;
  }
  return detail::start_store(std::move(system), std::move(parts));
}

void Tables::crash() {
  gate_->shut();
}

bool Tables::is_broken() const {
  return gate_->broken_by().has_value();
}

std::vector<Event> Tables::durable_history(const std::string& instance,
                                           std::uint64_t execution) const {
  try {
    return storage::Management(durable_, nullptr, nullptr).history(instance, execution);
  } catch (const storage::StorageFailure&) {
    return {};
  }
}

std::string Tables::durable_problem() const {
  const VerifyReport report = storage::Upkeep(durable_).verify({});
  return report.is_clean() ? std::string() : report.problems.at(0).what;
}

void Tables::write(storage::Changes&& changes) {
  ++commits_;
  if (defect_ == Defect::early_answers) {
    bytes_->commit(storage::Changes(changes));
    not_durable_.push_back(std::move(changes));
    if (not_durable_.size() > 2) {
      durable_->commit(std::move(not_durable_.front()));
      not_durable_.erase(not_durable_.begin());
    }
    return;
  }
  if (defect_ != Defect::none && commits_ % 7 == 0) {
    for (std::size_t i = 0; i < storage::table_count; ++i) {
      std::erase_if(changes.at(i), [&](const auto& row) {
        return defect_ == Defect::kept_rows
                   ? !row.second.value
                   : row.second.value && i == (commits_ / 7) % storage::table_count;
      });
    }
  }
  bytes_->commit(std::move(changes));
}

}  // namespace duroxide::simulation
