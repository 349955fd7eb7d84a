#include "engine/timer_queue.hpp"

#include <algorithm>

#include "model/invariant.hpp"

namespace duroxide::storage {

TimerQueue::Due TimerQueue::due(const ReadView& committed, Timestamp now,
                                std::uint64_t max_items) const {
  Due due;
  const auto cursor = committed.cursor(Table::timers);
  for (bool more = cursor->seek({}); more; more = cursor->next()) {
    const auto row = TimerRow::parse(cursor->key());
    if (!row || leased_.contains(*row)) {
      continue;
    }
    if (row->due > now || due.rows.size() >= max_items) {
      due.next = row->due;
      break;
    }
    due.rows.push_back(*row);
  }
  return due;
}

provider::LockToken TimerQueue::lease(const TimerRow& row, Holder holder) {
  const auto token = next_token_++;
  const bool is_first = leased_.emplace(row, token).second;
  DUROXIDE_INVARIANT(is_first, "a timer has one lease at most");
  const bool is_new = leases_.emplace(token, Lease{row, holder}).second;
  DUROXIDE_INVARIANT(is_new, "a lock token names one lease of a timer");
  return token;
}

const TimerRow* TimerQueue::find(provider::LockToken token) const {
  const auto found = leases_.find(token);
  return found == leases_.end() ? nullptr : &found->second.row;
}

void TimerQueue::end_lease(provider::LockToken token) {
  const auto found = leases_.find(token);
  if (found != leases_.end()) {
    const bool was_leased = leased_.erase(found->second.row) != 0;
    DUROXIDE_INVARIANT(was_leased, "a timer with a lease is known as leased");
    leases_.erase(found);
  }
}

std::vector<provider::LockToken> TimerQueue::leases_of(Holder holder) const {
  std::vector<provider::LockToken> tokens;
  for (const auto& [token, lease] : leases_) {
    if (lease.holder == holder) {
      tokens.push_back(token);
    }
  }
  std::sort(tokens.begin(), tokens.end());
  return tokens;
}

std::vector<TimerQueue::HeldBack> TimerQueue::take_released(Timestamp now) {
  std::vector<HeldBack> released;
  const auto end = held_.upper_bound(now);
  for (auto entry = held_.begin(); entry != end; ++entry) {
    released.push_back(entry->second);
  }
  held_.erase(held_.begin(), end);
  return released;
}

std::vector<TimerQueue::HeldBack> TimerQueue::take_early(
    const std::function<bool(const HeldBack&)>& chosen) {
  std::vector<HeldBack> taken;
  for (auto entry = held_.begin(); entry != held_.end();) {
    if (chosen(entry->second)) {
      taken.push_back(std::move(entry->second));
      entry = held_.erase(entry);
    } else {
      ++entry;
    }
  }
  return taken;
}

std::optional<Timestamp> TimerQueue::next_release() const {
  return held_.empty() ? std::nullopt : std::optional(held_.begin()->first);
}

}  // namespace duroxide::storage
