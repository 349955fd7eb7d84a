#include "engine/worker_queue.hpp"

#include <algorithm>
#include <utility>

#include "engine/records.hpp"
#include "model/invariant.hpp"

namespace duroxide::storage {

std::optional<WorkRef> WorkerQueue::pop(const ReadView& committed, const WorkFilter& filter,
                                        const LeftAlone& left_alone) {
  if (auto work = lanes_.pop(filter)) {
    return work;
  }
  return next_of_backlog(committed, filter, left_alone);
}

std::optional<WorkRef> WorkerQueue::next_of_backlog(const ReadView& committed,
                                                    const WorkFilter& filter,
                                                    const LeftAlone& left_alone) {
  if (!backlog_ || filter.tags.accepts_nothing()) {
    return std::nullopt;
  }
  const auto cursor = committed.cursor(Table::work);
  for (bool more = cursor->seek(backlog_next_); more; more = cursor->next()) {
    // A row of this session came in through `push`.
    const auto key = WorkKey::parse(cursor->key());
    if (!key || opening_of_activity_row(cursor->value()) == session_ || left_alone(*key)) {
      continue;
    }
    WorkRef work{*key, lane_of_activity_row(cursor->value())};
    backlog_next_.assign(cursor->key());
    backlog_next_.push_back('\0');
    if (lanes_.takes(filter, work.lane)) {
      return work;
    }
    push(work);
  }
  backlog_ = false;
  return std::nullopt;
}

bool WorkerQueue::will_be_found(const WorkKey& key, std::uint64_t session) const {
  return backlog_ && session != session_ && key.bytes() >= backlog_next_;
}

void WorkerQueue::batch_ended() {
  for (ParkedFetch& fetch : parked) {
    fetch.reserved = 0;
  }
  changed_ = true;
}

provider::LockToken WorkerQueue::lease(WorkLease lease) {
  const auto token = next_token_++;
  const bool is_first = leased_.emplace(lease.work.key, token).second;
  DUROXIDE_INVARIANT(is_first, "an activity has one lease at most");
  const bool is_new = leases_.emplace(token, std::move(lease)).second;
  DUROXIDE_INVARIANT(is_new, "a lock token names one lease of an activity");
  return token;
}

WorkLease* WorkerQueue::find(provider::LockToken token) {
  const auto found = leases_.find(token);
  return found == leases_.end() ? nullptr : &found->second;
}

std::optional<provider::LockToken> WorkerQueue::token_of(const WorkKey& key) const {
  const auto found = leased_.find(key);
  return found == leased_.end() ? std::nullopt : std::optional(found->second);
}

void WorkerQueue::end_lease(provider::LockToken token) {
  const auto found = leases_.find(token);
  DUROXIDE_INVARIANT(found != leases_.end(), "a lease of an activity that is ended is held");
  const bool was_leased = leased_.erase(found->second.work.key) != 0;
  DUROXIDE_INVARIANT(was_leased, "an activity with a lease is known as leased");
  leases_.erase(found);
}

std::vector<provider::LockToken> WorkerQueue::leases_of(Holder holder) const {
  std::vector<provider::LockToken> tokens;
  for (const auto& [token, lease] : leases_) {
    if (lease.holder == holder) {
      tokens.push_back(token);
    }
  }
  std::sort(tokens.begin(), tokens.end());
  return tokens;
}

bool WorkerQueue::has_lease_in(const std::string& session) const {
  return std::any_of(leases_.begin(), leases_.end(), [&session](const auto& entry) {
    const LaneRef& lane = entry.second.work.lane;
    return lane && lane->session == session;
  });
}

}  // namespace duroxide::storage
