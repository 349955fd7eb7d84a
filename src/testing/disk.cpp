#include "testing/disk.hpp"

#include <algorithm>
#include <utility>

#include "storage/keys.hpp"
#include "storage/memory/memory_kv.hpp"
#include "storage/storage_failure.hpp"

namespace duroxide::DUROXIDE_ABI::testkit {

namespace {

/// Each turn that decides or takes anything adds one row to a history.
std::uint64_t turns_in(const storage::Changes& changes) {
  const auto& rows = changes.at(static_cast<std::size_t>(storage::Table::history));
  return static_cast<std::uint64_t>(std::count_if(
      rows.begin(), rows.end(), [](const auto& row) { return row.second.value.has_value(); }));
}

/// Takes out all up to `turn`. Whether there was one.
bool take_up_to(std::set<std::uint64_t>& turns, std::uint64_t turn) {
  const auto end = turns.upper_bound(turn);
  const bool found = end != turns.begin();
  turns.erase(turns.begin(), end);
  return found;
}

}  // namespace

/// What one process writes through.
class Disk::Connection final : public storage::KvStore {
 public:
  Connection(Disk& disk, std::shared_ptr<storage::KvStore> bytes, std::shared_ptr<bool> is_cut)
      : disk_(disk), bytes_(std::move(bytes)), is_cut_(std::move(is_cut)) {}

  [[nodiscard]] std::unique_ptr<storage::ReadView> writer_view() override {
    return bytes_->writer_view();
  }
  [[nodiscard]] std::unique_ptr<storage::ReadView> snapshot() override {
    return bytes_->snapshot();
  }
  [[nodiscard]] std::unique_ptr<storage::ReadView> lasting_snapshot() override {
    return bytes_->lasting_snapshot();
  }
  [[nodiscard]] std::optional<std::uint64_t> room_at_hand(std::uint64_t bytes,
                                                          storage::RoomFor what) override {
    return bytes_->room_at_hand(bytes, what);
  }
  void commit(storage::Changes&& changes) override {
    if (!*is_cut_) {
      disk_.write(std::move(changes));
      return;
    }
    throw storage::StorageFailure(ProviderError::Kind::closed, "the process of the test crashed");
  }
  [[nodiscard]] std::optional<std::string> broken_by() const override {
    return *is_cut_ ? std::optional<std::string>("the process of the test crashed") : std::nullopt;
  }
  [[nodiscard]] storage::StoreUse use() override { return bytes_->use(); }
  /// The next process needs the bytes.
  void close() override {}

 private:
  Disk& disk_;  ///< not used once the connection is cut
  std::shared_ptr<storage::KvStore> bytes_;
  std::shared_ptr<bool> is_cut_;
};

Disk::Disk()
    : bytes_(std::make_shared<storage::MemoryKv>()), is_cut_(std::make_shared<bool>(true)) {}

Disk::~Disk() {
  cut();
}

std::shared_ptr<storage::KvStore> Disk::connect() {
  cut();
  is_cut_ = std::make_shared<bool>(false);
  return std::make_shared<Connection>(*this, bytes_, is_cut_);
}

void Disk::cut() {
  *is_cut_ = true;
}

void Disk::note_ends_of_ids(const storage::Changes& changes) {
  const auto view = bytes_->snapshot();
  for (const auto& [id, change] : changes.at(static_cast<std::size_t>(storage::Table::ids))) {
    if (view->get(storage::Table::ids, id)) {
      ++lives_[id];
    }
  }
}

void Disk::write(storage::Changes&& changes) {
  const std::uint64_t after = turns_ + turns_in(changes);
  if (after > turns_ && take_up_to(cut_before_, after)) {
    cut();
    throw storage::StorageFailure(ProviderError::Kind::storage, "the process of the test crashed");
  }
  note_ends_of_ids(changes);
  bytes_->commit(std::move(changes));
  turns_ = after;
  if (take_up_to(cut_after_, after)) {
    cut();
  }
}

std::uint64_t Disk::life_of(const std::string& instance) const {
  const auto found = lives_.find(instance);
  return found == lives_.end() ? 0 : found->second;
}

std::optional<Timestamp> Disk::next_timer(Timestamp now) const {
  const auto view = bytes_->snapshot();
  const auto cursor = view->cursor(storage::Table::timers);
  const storage::TimerRow first{now + Milliseconds(1), 0, 0, 0};
  if (!cursor->seek(first.bytes())) {
    return std::nullopt;
  }
  const auto row = storage::TimerRow::parse(cursor->key());
  return row ? std::optional<Timestamp>(row->due) : std::nullopt;
}

}  // namespace duroxide::DUROXIDE_ABI::testkit
