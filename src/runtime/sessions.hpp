#pragma once

#include <cstddef>
#include <deque>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <duroxide/clock.hpp>

#include "runtime/delivery.hpp"
#include "runtime/workers.hpp"

namespace duroxide::runtime {

/// The sessions that have come here: which worker each belongs to, and what waits for that worker.
class Sessions {
 public:
  /// A session with more than this many activities waiting is not fetched for,
  static constexpr std::size_t saturated_above = 64;
  /// until it has no more than this: it is not to change with every activity.
  static constexpr std::size_t wanted_again_at = 32;

  /// An activity of the session has come. Each `arrived` has its `ended`.
  void arrived(const std::string& session);
  /// One has ended, or need not run any more. Without effect after `clear`.
  void ended(const std::string& session, Timestamp now);

  /// None if the session is new, or its worker is gone.
  [[nodiscard]] std::optional<WorkerId> worker_of(const std::string& session) const;
  void bind(const std::string& session, WorkerId worker);
  /// How many sessions belong to this worker.
  [[nodiscard]] std::size_t bound_to(WorkerId worker) const;
  /// Takes all its sessions from a worker, and returns what waited for it.
  [[nodiscard]] std::deque<SharedDelivery> unbind(WorkerId worker);

  /// Lets an activity wait for the worker of its session, which must have one.
  void wait(SharedDelivery delivery);
  /// The first that waits for this worker; null if none does.
  [[nodiscard]] const Delivery* first_for(WorkerId worker) const;
  SharedDelivery take_first_for(WorkerId worker);
  /// Removes those of the waiting whose lease is among `over`.
  void drop(const std::unordered_set<provider::LockToken>& over, Timestamp now);
  /// How many wait, where no worker counts for more than `most` each.
  [[nodiscard]] std::size_t waiting(std::size_t most) const;

  [[nodiscard]] const std::set<std::string>& saturated() const { return saturated_; }

  /// Since when the session is idle that has been so for the longest time.
  [[nodiscard]] std::optional<Timestamp> idle_since() const;
  /// Forgets, and returns, those that have been idle for at least `timeout`.
  [[nodiscard]] std::vector<std::string> forget_idle(Timestamp now, Milliseconds timeout);

  void clear();

 private:
  struct Session {
    std::optional<WorkerId> worker;
    std::size_t open = 0;     ///< arrived and not ended
    std::size_t waiting = 0;  ///< of these
    Timestamp idle_since;
    std::list<std::string>::iterator place;  ///< among the idle, if `open` is 0
  };
  struct Bound {
    std::size_t sessions = 0;
    std::deque<SharedDelivery> waiting;
  };

  void one_waits_less(const std::string& session);

  std::unordered_map<std::string, Session> sessions_;
  std::unordered_map<WorkerId, Bound> workers_;
  std::list<std::string> idle_;  ///< the one that is idle for the longest time first
  std::set<std::string> saturated_;
  std::size_t waiting_ = 0;
};

}  // namespace duroxide::runtime
