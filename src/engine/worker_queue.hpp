#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <duroxide/provider_messages.hpp>

#include "engine/moment.hpp"
#include "engine/work_lanes.hpp"
#include "storage/keys.hpp"
#include "storage/kv.hpp"

namespace duroxide::storage {

/// An activity that has been handed out.
struct WorkLease {
  WorkRef work;
  Holder holder = 0;
  std::uint32_t attempt = 1;
};

/// What memory knows of the worker queue: which rows wait, and who holds which lease. Only rows that
/// are durable get in; the items stay in the store.
class WorkerQueue {
 public:
  using FetchReply = Reply<provider::Answer<std::vector<provider::WorkerItem>>>;

  struct ParkedFetch {
    WorkFilter filter;
    std::uint64_t max_items = 1;
    FetchReply reply;
    std::uint64_t reserved = 0;  ///< rows that come to it once the open batch is committed
  };

  std::deque<ParkedFetch> parked;

  /// Rows of earlier sessions are found one by one as there is room for them.
  void set_backlog(std::uint64_t session) {
    session_ = session;
    backlog_ = true;
  }

  void park(ParkedFetch fetch) {
    parked.push_back(std::move(fetch));
    changed_ = true;
  }
  /// Notes from now on when a row is pushed. `moment` must outlive the queue.
  void measure_waits_by(Moment& moment) { moment_ = &moment; }
  void push(const WorkRef& work) {
    lanes_.push({work.key, work.lane, now()});
    changed_ = true;
  }
  void push_front(const WorkRef& work) {
    lanes_.push_front({work.key, work.lane, now()});
    changed_ = true;
  }
  /// Says which rows of earlier sessions are not to be handed out, nor kept in mind.
  using LeftAlone = std::function<bool(const WorkKey&)>;
  /// The next row that `filter` takes: first of those that were pushed, then of earlier sessions.
  [[nodiscard]] std::optional<WorkRef> pop(const ReadView& committed, const WorkFilter& filter,
                                           const LeftAlone& left_alone);
  /// Whether a row that `session` wrote is still to be found by itself.
  [[nodiscard]] bool will_be_found(const WorkKey& key, std::uint64_t session) const;
  [[nodiscard]] bool takes(const WorkFilter& filter, const LaneRef& lane) const {
    return lanes_.takes(filter, lane);
  }

  /// False if every parked fetch has been tried since anything changed for any of them: then rows
  /// that nobody takes cost nothing.
  [[nodiscard]] bool worth_a_try() const { return changed_ && !parked.empty(); }
  void all_tried() { changed_ = false; }
  /// Something that is not in the lanes has changed for those who ask.
  void worth_another_try() { changed_ = true; }
  /// The open batch has ended.
  void batch_ended();

  // Sessions.

  [[nodiscard]] Holder holder_of(const std::string& session) const {
    return lanes_.holder_of(session);
  }
  void bind(const std::string& session, Holder holder) { lanes_.bind(session, holder); }
  void unbind(const std::string& session, Holder holder) {
    changed_ = lanes_.unbind(session, holder) || changed_;
  }
  void unbind_all(Holder holder) { changed_ = lanes_.unbind_all(holder) || changed_; }

  // Leases.

  /// The row must not be leased.
  provider::LockToken lease(WorkLease lease);
  [[nodiscard]] WorkLease* find(provider::LockToken token);
  [[nodiscard]] std::optional<provider::LockToken> token_of(const WorkKey& key) const;
  /// The lease must be held.
  void end_lease(provider::LockToken token);
  [[nodiscard]] std::vector<provider::LockToken> leases_of(Holder holder) const;
  /// Whether an activity of the session is at work. Looks through all leases.
  [[nodiscard]] bool has_lease_in(const std::string& session) const;

  /// Delivery counts of rows that were handed out from memory, to be written with the next commit.
  std::map<WorkKey, std::uint32_t> counts_to_write;
  /// Of those that must have begun by now and were given back: their rows of the timer queue are put back
  /// with the next commit.
  std::set<WorkKey> starts_to_watch;

  void set_token_base(std::uint64_t base) { next_token_ = base; }

 private:
  [[nodiscard]] model::Instant now() const {
    return moment_ != nullptr ? moment_->now() : model::Instant{};
  }
  [[nodiscard]] std::optional<WorkRef> next_of_backlog(const ReadView& committed,
                                                       const WorkFilter& filter,
                                                       const LeftAlone& left_alone);

  WorkLanes lanes_;
  Moment* moment_ = nullptr;
  bool changed_ = false;
  std::uint64_t session_ = 0;
  bool backlog_ = false;
  std::string backlog_next_;

  std::unordered_map<provider::LockToken, WorkLease> leases_;
  std::map<WorkKey, provider::LockToken> leased_;
  provider::LockToken next_token_ = 1;
};

}  // namespace duroxide::storage
