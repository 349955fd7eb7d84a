#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/delivery.hpp"
#include "runtime/messages.hpp"

namespace duroxide::runtime {

/// The workers for activities of a kind that does not hold a thread for each call: short ones and
/// coroutines. Says who runs which, and which wait because many run.
class Crew {
 public:
  using MakeWorker = std::function<WorkerActor()>;

  /// A worker runs one activity at a time, so that one which blocks keeps none behind it, and is used
  /// again. `make` may throw.
  [[nodiscard]] static Crew of_single_workers(MakeWorker make, std::size_t most_at_once) {
    return {std::move(make), most_at_once, 0};
  }
  /// So many workers share all activities.
  [[nodiscard]] static Crew of_shared_workers(MakeWorker make, std::size_t most_at_once,
                                              std::size_t workers) {
    return {std::move(make), most_at_once, workers};
  }

  [[nodiscard]] bool has_room() const { return at_work_.size() < most_at_once_; }
  /// The worker for one more. Throws what making one throws.
  [[nodiscard]] WorkerActor take();
  void runs(provider::LockToken token, WorkerActor worker);

  /// False for one that was left behind.
  [[nodiscard]] bool ended(provider::LockToken token);
  /// The same for one whose worker is gone.
  [[nodiscard]] bool lost(provider::LockToken token);
  /// It is no longer counted. Its worker, if it runs nothing else: that ends when the activity does.
  [[nodiscard]] std::optional<WorkerActor> leave_behind(provider::LockToken token);

  void wait(SharedDelivery delivery) { waiting_.push_back(std::move(delivery)); }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  /// Null if none waits or there is no room.
  [[nodiscard]] SharedDelivery take_waiting();
  template <class Predicate>
  void drop_waiting(const Predicate& is_dropped) {
    std::erase_if(waiting_, is_dropped);
  }
  void forget_waiting() { waiting_.clear(); }

  /// How many more may be fetched because many of them end: counted since `fetches`.
  [[nodiscard]] std::size_t credit() const;
  void fetches() { ended_since_fetch_ = 0; }

  /// Ends all workers, and lets go of them.
  void stop();

 private:
  Crew(MakeWorker make, std::size_t most_at_once, std::size_t shared_workers)
      : make_(std::move(make)), most_at_once_(most_at_once), shared_workers_(shared_workers) {}

  [[nodiscard]] bool shares_workers() const { return shared_workers_ != 0; }

  MakeWorker make_;
  std::size_t most_at_once_;
  std::size_t shared_workers_;  ///< 0: each runs one activity

  std::vector<WorkerActor> workers_;  ///< of single ones those that are idle, of shared ones all
  std::size_t next_ = 0;              ///< of shared ones
  std::unordered_map<provider::LockToken, WorkerActor> at_work_;
  std::deque<SharedDelivery> waiting_;
  std::size_t ended_since_fetch_ = 0;
};

}  // namespace duroxide::runtime
