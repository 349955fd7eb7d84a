#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "runtime/delivery.hpp"
#include "runtime/messages.hpp"
#include "runtime/workers.hpp"

namespace duroxide::runtime {

/// Several activities that one worker runs one after another without being told of each: its thread, and
/// the engine's, would be woken for every one. The dispatcher learns what has ended as soon as it looks,
/// and takes back what has not begun when another worker is free, so nothing waits behind an activity
/// that blocks. For any thread.
class Stint {
 public:
  /// In this order.
  Stint(WorkerId worker, std::deque<SharedDelivery> deliveries)
      : worker_(worker), left_(std::move(deliveries)) {}

  [[nodiscard]] WorkerId worker() const { return worker_; }

  // What the worker does.

  /// The next, which begins; null if none is left.
  [[nodiscard]] SharedDelivery take();
  /// The one that was taken last has ended. True if the dispatcher has to be told that there is news.
  [[nodiscard]] bool ended(ActivityEnded what);

  // What the dispatcher does.

  struct Ended {
    SharedDelivery delivery;
    ActivityEnded what;
  };
  struct News {
    std::vector<Ended> ended;  ///< since it was last asked
    SharedDelivery at_work;    ///< null if none runs at present
  };
  [[nodiscard]] News take_news();
  /// The last of those that have not begun, which the worker will not run then; null if there is none.
  [[nodiscard]] SharedDelivery take_back();
  /// To be called whenever a worker takes something else. Whether that has happened more than `most` times
  /// since the one at work began, while others wait behind it.
  [[nodiscard]] bool is_overtaken(std::size_t most);
  /// All of them, in order.
  [[nodiscard]] std::deque<SharedDelivery> take_back_all();
  /// Of those that have not begun, removes those whose lease is among these.
  void drop(const std::unordered_set<provider::LockToken>& tokens);

 private:
  const WorkerId worker_;
  std::mutex mutex_;  ///< guards what follows
  std::deque<SharedDelivery> left_;
  SharedDelivery at_work_;
  std::size_t overtaken_ = 0;  ///< since it began
  std::vector<Ended> ended_;
  bool is_told_ = false;  ///< the dispatcher knows that something is in `ended_`
};

}  // namespace duroxide::runtime
