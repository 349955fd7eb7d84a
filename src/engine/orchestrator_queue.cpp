#include "engine/orchestrator_queue.hpp"

#include <algorithm>
#include <utility>

#include "model/invariant.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

void OrchestratorQueue::push(Number number, TurnLine line) {
  if (const auto token = token_of(number)) {
    TurnLease* const lease = find(*token);
    DUROXIDE_INVARIANT(lease != nullptr, "an instance that is known as leased has a turn lease");
    lease->has_more = true;
    return;
  }
  if (held_.contains(number)) {
    return;
  }
  if (!lines_.contains(number)) {
    lines_.push({number, line, moment_ != nullptr ? moment_->now() : model::Instant{}});
  }
}

void OrchestratorQueue::batch_ended() {
  for (const auto& [number, line] : std::exchange(after_commit_, {})) {
    push(number, line);
  }
}

std::optional<Number> OrchestratorQueue::pop(const ReadView& committed) {
  popped_ = {};
  backlog_turn_ = !backlog_turn_;
  if (backlog_turn_) {
    if (const auto number = next_of_backlog(committed)) {
      return number;
    }
    return next_pushed();
  }
  if (const auto number = next_pushed()) {
    return number;
  }
  return next_of_backlog(committed);
}

std::optional<Number> OrchestratorQueue::next_pushed() {
  const auto first = lines_.pop();
  if (!first) {
    return std::nullopt;
  }
  popped_ = *first;
  const Number number = first->number;
  DUROXIDE_INVARIANT(!is_leased(number) && !held_.contains(number),
                     "an instance in the queue of turns is neither leased nor held back");
  return number;
}

std::optional<Number> OrchestratorQueue::next_of_backlog(const ReadView& committed) {
  while (backlog_next_ < backlog_end_) {
    const auto cursor = committed.cursor(Table::inbox);
    if (!cursor->seek(make_key(backlog_next_))) {
      backlog_next_ = backlog_end_;
      break;
    }
    const Number number = number_at(cursor->key(), 0);
    backlog_next_ = number + 1;
    if (number < backlog_end_ && !is_leased(number) && !held_.contains(number) &&
        !lines_.contains(number)) {
      return number;
    }
  }
  return std::nullopt;
}

provider::LockToken OrchestratorQueue::lease(TurnLease lease) {
  const auto token = next_token_++;
  const bool is_first = leased_.emplace(lease.number, token).second;
  DUROXIDE_INVARIANT(is_first, "an instance has one turn lease at most");
  const bool is_new = leases_.emplace(token, std::move(lease)).second;
  DUROXIDE_INVARIANT(is_new, "a lock token names one turn lease");
  return token;
}

TurnLease* OrchestratorQueue::find(provider::LockToken token) {
  const auto found = leases_.find(token);
  return found == leases_.end() ? nullptr : &found->second;
}

std::optional<provider::LockToken> OrchestratorQueue::token_of(Number number) const {
  const auto found = leased_.find(number);
  return found == leased_.end() ? std::nullopt : std::optional(found->second);
}

void OrchestratorQueue::end_lease(provider::LockToken token) {
  const auto found = leases_.find(token);
  DUROXIDE_INVARIANT(found != leases_.end(), "a turn lease that is ended is held");
  const bool was_leased = leased_.erase(found->second.number) != 0;
  DUROXIDE_INVARIANT(was_leased, "an instance with a turn lease is known as leased");
  leases_.erase(found);
}

std::vector<provider::LockToken> OrchestratorQueue::leases_of(Holder holder) const {
  std::vector<provider::LockToken> tokens;
  for (const auto& [token, lease] : leases_) {
    if (lease.holder == holder) {
      tokens.push_back(token);
    }
  }
  std::sort(tokens.begin(), tokens.end());
  return tokens;
}

void OrchestratorQueue::clear_resident(Number number, Holder holder) {
  if (is_resident(number, holder)) {
    residents_.erase(number);
  }
}

void OrchestratorQueue::clear_residents_of(Holder holder) {
  std::erase_if(residents_, [holder](const auto& entry) { return entry.second == holder; });
}

bool OrchestratorQueue::is_resident(Number number, Holder holder) const {
  const auto found = residents_.find(number);
  return found != residents_.end() && found->second == holder;
}

void OrchestratorQueue::release(Number number) {
  if (held_.erase(number) != 0) {
    push(number);
  }
}

}  // namespace duroxide::storage
