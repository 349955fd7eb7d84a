#pragma once

#include <deque>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include <duroxide/clock.hpp>

#include "runtime/delivery.hpp"
#include "runtime/workers.hpp"

namespace duroxide::runtime {

/// The activities that run, which of them have been told to stop, and when their timeouts are over.
class RunningDeliveries {
 public:
  struct Entry {
    WorkerId worker = 0;
    SharedDelivery delivery;
    bool is_told_to_stop = false;
    std::optional<Timestamp> limit = std::nullopt;  ///< when its timeouts are looked at
  };

  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] bool contains(provider::LockToken token) const { return entries_.contains(token); }

  void add(WorkerId worker, SharedDelivery delivery);
  /// None if it was taken as overdue before.
  std::optional<Entry> remove(provider::LockToken token);

  /// Notes that it has to end by `deadline`. Returns it if it runs and was not told before.
  [[nodiscard]] SharedDelivery tell_to_stop(provider::LockToken token, Timestamp deadline);
  [[nodiscard]] std::optional<Timestamp> next_deadline();
  /// Removes those whose deadline has come.
  [[nodiscard]] std::vector<Entry> take_overdue(Timestamp now);

  /// When the timeouts of one are looked at next, none if none has any.
  [[nodiscard]] std::optional<Timestamp> next_limit() const;
  /// Those that have taken longer than their timeouts allow. They still run.
  [[nodiscard]] std::vector<SharedDelivery> beyond_limit(Timestamp now);

  /// Calls `f` with each delivery.
  template <class F>
  void for_each(F f) const {
    for (const auto& entry : entries_) {
      f(*entry.second.delivery);
    }
  }
  void clear() {
    entries_.clear();
    limits_.clear();
  }

 private:
  void set_limit(provider::LockToken token, Entry& entry, std::optional<Timestamp> limit);

  std::unordered_map<provider::LockToken, Entry> entries_;
  /// In order, because all have the same time. Of some the activity has ended since.
  std::deque<std::pair<Timestamp, provider::LockToken>> deadlines_;
  std::set<std::pair<Timestamp, provider::LockToken>> limits_;
};

}  // namespace duroxide::runtime
