#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/invariant.hpp"
#include "protocol/alarm.hpp"

namespace duroxide::client {

/// Which of an actor's waits are given up, and when: by the store's clock, with one alarm for all.
template <class Self>
class Deadlines {
 public:
  Deadlines(Self* self, std::shared_ptr<Clock> clock)
      : clock_(clock), alarm_(self, std::move(clock)) {}

  /// `handle` is the actor itself.
  template <class Handle>
  void add(std::uint64_t wait_id, Timestamp due, Handle handle) {
    if (!std::exchange(is_listening_, true)) {
      alarm_.listen(std::move(handle));
    }
    const bool is_new = due_.emplace(wait_id, due).second;
    DUROXIDE_INVARIANT(is_new, "a wait has one deadline");
    by_time_.emplace(due, wait_id);
    set_alarm();
  }

  /// The wait was answered. True if its time was up before.
  [[nodiscard]] bool remove(std::uint64_t wait_id) {
    const auto found = due_.find(wait_id);
    if (found == due_.end()) {
      return true;
    }
    const bool was_timed = by_time_.erase({found->second, wait_id}) != 0;
    DUROXIDE_INVARIANT(was_timed, "a wait with a deadline stands in the order of time");
    due_.erase(found);
    return false;
  }

  /// Those whose time is up, each once.
  [[nodiscard]] std::vector<std::uint64_t> take_due(const actors::Tick& tick) {
    return alarm_.rings(tick) ? take_due() : std::vector<std::uint64_t>();
  }

  /// Without a tick: a wait of no time is over as soon as it is asked for.
  [[nodiscard]] std::vector<std::uint64_t> take_due() {
    std::vector<std::uint64_t> ids;
    const Timestamp now = clock_->now();
    while (!by_time_.empty() && by_time_.begin()->first <= now) {
      ids.push_back(by_time_.begin()->second);
      const bool was_due = due_.erase(ids.back()) != 0;
      DUROXIDE_INVARIANT(was_due, "what stands in the order of time is a wait with a deadline");
      by_time_.erase(by_time_.begin());
    }
    set_alarm();
    return ids;
  }

  /// Call it in `on_exit`.
  void close() { alarm_.close(); }

 private:
  void set_alarm() {
    if (!by_time_.empty()) {
      alarm_.set(by_time_.begin()->first);
    }
  }

  std::shared_ptr<Clock> clock_;
  actors::Alarm<Self> alarm_;
  std::unordered_map<std::uint64_t, Timestamp> due_;
  std::set<std::pair<Timestamp, std::uint64_t>> by_time_;
  bool is_listening_ = false;
};

}  // namespace duroxide::client
