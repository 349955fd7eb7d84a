#pragma once

#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <duroxide/provider_messages.hpp>

#include "engine/work_lane.hpp"
#include "storage/keys.hpp"
#include "storage/kv.hpp"

namespace duroxide::storage {

/// What memory knows of time: leases on rows of the timer queue, and what is held back for a while
/// without being written anywhere (abandoned items, and everything while the disk is full).
class TimerQueue {
 public:
  using DueReply = Reply<provider::Answer<provider::DueTimers>>;

  struct ParkedDequeue {
    Holder holder = 0;
    provider::DequeueTimerPeekLock request;
    DueReply reply;
  };

  /// Nothing but a moment at which handing out goes on.
  struct Pause {};
  /// A timer that has become due, whose lease ends then.
  struct VoidTimer {
    provider::LockToken token = 0;
  };
  using HeldBack = std::variant<Number, WorkRef, VoidTimer, Pause>;

  std::vector<ParkedDequeue> parked;
  /// What the parked may be answered has changed.
  bool changed = false;

  struct Due {
    std::vector<TimerRow> rows;
    std::optional<Timestamp> next;  ///< of the rest of the queue
  };
  /// Rows that are due by `now` and not leased. Looks at committed rows only.
  [[nodiscard]] Due due(const ReadView& committed, Timestamp now, std::uint64_t max_items) const;

  [[nodiscard]] bool is_leased(const TimerRow& row) const { return leased_.contains(row); }
  /// The row must not be leased.
  provider::LockToken lease(const TimerRow& row, Holder holder);
  [[nodiscard]] const TimerRow* find(provider::LockToken token) const;
  /// Without effect if the lease is over: an ack may name a token twice.
  void end_lease(provider::LockToken token);
  [[nodiscard]] std::vector<provider::LockToken> leases_of(Holder holder) const;

  void hold_back(Timestamp until, HeldBack what) {
    held_.emplace(until, std::move(what));
    changed = true;
  }
  [[nodiscard]] std::vector<HeldBack> take_released(Timestamp now);
  /// Takes out what `chosen` says, before its time.
  [[nodiscard]] std::vector<HeldBack> take_early(
      const std::function<bool(const HeldBack&)>& chosen);
  [[nodiscard]] std::optional<Timestamp> next_release() const;

  void set_token_base(std::uint64_t base) { next_token_ = base; }

 private:
  struct Lease {
    TimerRow row;
    Holder holder = 0;
  };

  std::unordered_map<provider::LockToken, Lease> leases_;
  std::map<TimerRow, provider::LockToken> leased_;
  std::multimap<Timestamp, HeldBack> held_;
  provider::LockToken next_token_ = 1;
};

}  // namespace duroxide::storage
