#include "storage/paced_store.hpp"

#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "storage/pace.hpp"

namespace duroxide::storage {

namespace {

Pace::Time read_clock(clockid_t clock) {
  timespec time{};
  (void)::clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

class PacedStore final : public KvStore {
 public:
  explicit PacedStore(std::shared_ptr<KvStore> store) : store_(std::move(store)) {}

  [[nodiscard]] std::unique_ptr<ReadView> snapshot() override {
    auto view = store_->snapshot();
    const auto rest = pace_.rest(read_clock(CLOCK_MONOTONIC), read_clock(CLOCK_THREAD_CPUTIME_ID),
                                 view->commits());
    if (rest > Pace::Time::zero()) {
      view.reset();
      std::this_thread::sleep_for(rest);
      view = store_->snapshot();
    }
    return view;
  }

  [[nodiscard]] std::unique_ptr<ReadView> writer_view() override { return store_->writer_view(); }
  [[nodiscard]] std::unique_ptr<ReadView> lasting_snapshot() override {
    return store_->lasting_snapshot();
  }
  [[nodiscard]] std::unique_ptr<ReadView> checked_snapshot() override {
    return store_->checked_snapshot();
  }
  [[nodiscard]] std::unique_ptr<ReadView> stored_snapshot() override {
    return store_->stored_snapshot();
  }
  [[nodiscard]] std::size_t growth_of(Table table) const override {
    return store_->growth_of(table);
  }
  [[nodiscard]] bool wants_snapshots_back() const override {
    return store_->wants_snapshots_back();
  }
  [[nodiscard]] std::filesystem::path directory() const override { return store_->directory(); }
  [[nodiscard]] std::uint64_t make_room(std::uint64_t bytes, RoomFor what,
                                        const LetGo& let_go) override {
    return store_->make_room(bytes, what, let_go);
  }
  [[nodiscard]] std::optional<std::uint64_t> room_at_hand(std::uint64_t bytes,
                                                          RoomFor what) override {
    return store_->room_at_hand(bytes, what);
  }
  void commit(Changes&& changes) override { store_->commit(std::move(changes)); }
  void forget_cached() override { store_->forget_cached(); }
  [[nodiscard]] std::optional<std::string> broken_by() const override {
    return store_->broken_by();
  }
  [[nodiscard]] StoreUse use() override { return store_->use(); }
  void close() override { store_->close(); }

 private:
  std::shared_ptr<KvStore> store_;
  Pace pace_;
};

}  // namespace

std::shared_ptr<KvStore> make_paced(std::shared_ptr<KvStore> store) {
  return std::make_shared<PacedStore>(std::move(store));
}

}  // namespace duroxide::storage
