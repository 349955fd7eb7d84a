#pragma once

#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include <duroxide/clock.hpp>

#include "runtime/delivery.hpp"
#include "runtime/workers.hpp"

namespace duroxide::runtime {

/// The activities that run, and which of them have been told to stop.
class RunningDeliveries {
 public:
  struct Entry {
    WorkerId worker = 0;
    SharedDelivery delivery;
    bool is_told_to_stop = false;
  };

  [[nodiscard]] bool empty() const { return entries_.empty(); }

  void add(WorkerId worker, SharedDelivery delivery);
  /// None if it was taken as overdue before.
  std::optional<Entry> remove(provider::LockToken token);

  /// Notes that it has to end by `deadline`. Returns it if it runs and was not told before.
  [[nodiscard]] SharedDelivery tell_to_stop(provider::LockToken token, Timestamp deadline);
  [[nodiscard]] std::optional<Timestamp> next_deadline();
  /// Removes those whose deadline has come.
  [[nodiscard]] std::vector<Entry> take_overdue(Timestamp now);

  /// Calls `f` with each delivery.
  template <class F>
  void for_each(F f) const {
    for (const auto& entry : entries_) {
      f(*entry.second.delivery);
    }
  }
  void clear() { entries_.clear(); }

 private:
  std::unordered_map<provider::LockToken, Entry> entries_;
  /// In order, because all have the same time. Of some the activity has ended since.
  std::deque<std::pair<Timestamp, provider::LockToken>> deadlines_;
};

}  // namespace duroxide::runtime
