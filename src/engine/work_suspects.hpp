#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <duroxide/clock.hpp>

#include "engine/work_lane.hpp"

namespace duroxide::storage {

/// Activities that may be what ended the process, since they were at work at more than one unclean
/// end. They are handed out one at a time, the one that was delivered most often first: the next when
/// that has ended, or has run for `longest_wait` and ended nothing. So the one that ends the process
/// again is counted more often than those that only work long, and reaches quarantine before them.
class WorkSuspects {
 public:
  /// Which of two is first that were delivered equally often changes with each opening, so that
  /// nobody is counted with the guilty one each time.
  explicit WorkSuspects(std::uint64_t opening) : later_first_(opening % 2 == 0) {}

  static constexpr std::uint32_t deliveries_of_suspects = 2;
  static constexpr Milliseconds longest_wait{1000};

  /// Whether the activity, which was delivered so often before, may be handed out now. If not, it
  /// waits here. Those of a session have an order that is kept, and never wait.
  [[nodiscard]] bool may_run(const WorkRef& work, std::uint32_t deliveries);
  /// Whether none waits.
  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  /// Takes out the one that is handed out next, if none is at work.
  [[nodiscard]] std::optional<WorkRef> take_next(Timestamp now);
  /// It has ended, or was given back.
  void ended(const WorkKey& key);

 private:
  struct Waiting {
    WorkRef work;
    std::uint32_t deliveries = 0;
  };

  bool later_first_;
  std::vector<Waiting> waiting_;
  std::optional<WorkKey> out_;  ///< the one that is at work
  Timestamp waits_until_{};     ///< for it
};

}  // namespace duroxide::storage
