#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <duroxide/provider_messages.hpp>

#include "engine/moment.hpp"
#include "engine/turn_lines.hpp"
#include "storage/kv.hpp"

namespace duroxide::storage {

/// A turn that has been handed out.
struct TurnLease {
  Number number = 0;
  std::uint64_t execution = 1;
  Holder holder = 0;
  std::vector<std::uint64_t> sequences;  ///< of the messages it took from the inbox
  bool counted = false;                  ///< `attempts` on disk counts this delivery already
  bool ahead = false;                    ///< builds on changes of the batch that is still open
  /// There may be more for the instance than this turn took: left over by it, or come since.
  bool has_more = false;
};

/// What memory knows of the orchestrator queue: which instances have messages, who holds which
/// lease, who keeps which instance resident. Holds numbers only; the messages stay in the store.
class OrchestratorQueue {
 public:
  using FetchReply = Reply<provider::Answer<std::vector<provider::OrchestrationItem>>>;

  struct ParkedFetch {
    Holder holder = 0;
    std::uint64_t max_items = 1;
    FetchReply reply;
  };

  std::deque<ParkedFetch> parked;

  /// Instances below `end` may have had messages when the store was opened. They are found one by
  /// one as there is room for them, so that opening costs nothing.
  void set_backlog(Number end) { backlog_end_ = end; }

  /// Marks an instance as having messages. Ignored while it is held back or queued; while it is leased,
  /// its lease notes that there is more.
  void push(Number number, TurnLine line = TurnLine::begun);
  /// As `push`, but once the open batch has been committed.
  void push_after_commit(Number number, TurnLine line = TurnLine::begun) {
    after_commit_.emplace_back(number, line);
  }
  void batch_ended();

  /// The next instance to look at: in turn one that was pushed and one of the backlog.
  [[nodiscard]] std::optional<Number> pop(const ReadView& committed);

  /// Notes from now on when an instance is pushed. `moment` must outlive the queue.
  void measure_waits_by(Moment& moment) { moment_ = &moment; }
  /// How the instance that was popped last had waited; told once. The default if it is not known, as of
  /// the backlog.
  [[nodiscard]] TurnLines::Waiting take_popped() { return std::exchange(popped_, {}); }

  // Leases.

  /// The instance must not be leased.
  provider::LockToken lease(TurnLease lease);
  [[nodiscard]] TurnLease* find(provider::LockToken token);
  [[nodiscard]] std::optional<provider::LockToken> token_of(Number number) const;
  [[nodiscard]] bool is_leased(Number number) const { return leased_.contains(number); }
  /// The lease must be held.
  void end_lease(provider::LockToken token);
  [[nodiscard]] std::vector<provider::LockToken> leases_of(Holder holder) const;

  // Residents: instances whose holder keeps them in memory.

  void set_resident(Number number, Holder holder) { residents_[number] = holder; }
  void clear_resident(Number number) { residents_.erase(number); }
  void clear_resident(Number number, Holder holder);
  void clear_residents_of(Holder holder);
  [[nodiscard]] bool is_resident(Number number, Holder holder) const;

  // Instances from before the store was opened that were handed out since; no others are kept here.

  void set_taken_up(Number number) {
    if (number < backlog_end_) {
      taken_up_.insert(number);
    }
  }
  /// The instance has ended, or is gone.
  void clear_taken_up(Number number) { taken_up_.erase(number); }
  [[nodiscard]] bool is_to_be_taken_up(Number number) const {
    return number < backlog_end_ && !taken_up_.contains(number);
  }

  // Instances that were abandoned with a delay, cannot be read, or are left to another runtime.

  void hold_back(Number number) { held_.insert(number); }
  void release(Number number);
  /// As `release`, for whoever hands it out at once. False if it is held back no more.
  [[nodiscard]] bool take_back(Number number) { return held_.erase(number) != 0; }

  void set_token_base(std::uint64_t base) { next_token_ = base; }

 private:
  [[nodiscard]] std::optional<Number> next_of_backlog(const ReadView& committed);
  [[nodiscard]] std::optional<Number> next_pushed();

  TurnLines lines_;
  std::vector<std::pair<Number, TurnLine>> after_commit_;
  Number backlog_next_ = 0;
  Number backlog_end_ = 0;
  bool backlog_turn_ = false;

  std::unordered_map<provider::LockToken, TurnLease> leases_;
  std::unordered_map<Number, provider::LockToken> leased_;
  std::unordered_map<Number, Holder> residents_;
  std::unordered_set<Number> held_;
  std::unordered_set<Number> taken_up_;
  provider::LockToken next_token_ = 1;
  Moment* moment_ = nullptr;
  TurnLines::Waiting popped_;
};

}  // namespace duroxide::storage
