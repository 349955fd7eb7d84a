#include "runtime/running_deliveries.hpp"

#include "model/invariant.hpp"

namespace duroxide::runtime {

void RunningDeliveries::add(WorkerId worker, SharedDelivery delivery) {
  DUROXIDE_INVARIANT(delivery != nullptr, "a worker runs a delivery");
  const provider::LockToken token = delivery->item.lock_token;
  const auto limit = delivery->limit();
  Entry& entry =
      entries_.insert_or_assign(token, Entry{worker, std::move(delivery), false}).first->second;
  set_limit(token, entry, limit);
}

void RunningDeliveries::set_limit(provider::LockToken token, Entry& entry,
                                  std::optional<Timestamp> limit) {
  if (entry.limit) {
    limits_.erase({*entry.limit, token});
  }
  entry.limit = limit;
  if (limit) {
    limits_.emplace(*limit, token);
  }
}

std::optional<RunningDeliveries::Entry> RunningDeliveries::remove(provider::LockToken token) {
  auto found = entries_.extract(token);
  if (found.empty()) {
    return std::nullopt;
  }
  set_limit(token, found.mapped(), std::nullopt);
  return std::move(found.mapped());
}

SharedDelivery RunningDeliveries::tell_to_stop(provider::LockToken token, Timestamp deadline) {
  const auto found = entries_.find(token);
  if (found == entries_.end() || std::exchange(found->second.is_told_to_stop, true)) {
    return nullptr;
  }
  set_limit(token, found->second, std::nullopt);
  deadlines_.emplace_back(deadline, token);
  return found->second.delivery;
}

std::optional<Timestamp> RunningDeliveries::next_deadline() {
  while (!deadlines_.empty() && !entries_.contains(deadlines_.front().second)) {
    deadlines_.pop_front();
  }
  if (deadlines_.empty()) {
    return std::nullopt;
  }
  return deadlines_.front().first;
}

std::vector<RunningDeliveries::Entry> RunningDeliveries::take_overdue(Timestamp now) {
  std::vector<Entry> overdue;
  for (auto deadline = next_deadline(); deadline && *deadline <= now; deadline = next_deadline()) {
    auto entry = remove(deadlines_.front().second);
    DUROXIDE_INVARIANT(entry, "what has a deadline still runs");
    overdue.push_back(std::move(*entry));
  }
  return overdue;
}

std::optional<Timestamp> RunningDeliveries::next_limit() const {
  return limits_.empty() ? std::nullopt : std::optional(limits_.begin()->first);
}

std::vector<SharedDelivery> RunningDeliveries::beyond_limit(Timestamp now) {
  std::vector<SharedDelivery> beyond;
  while (!limits_.empty() && limits_.begin()->first <= now) {
    const provider::LockToken token = limits_.begin()->second;
    const auto entry = entries_.find(token);
    DUROXIDE_INVARIANT(entry != entries_.end(), "what has a limit still runs");
    auto limit = entry->second.delivery->limit();  // a heartbeat has moved it, perhaps
    if (limit && *limit <= now) {
      beyond.push_back(entry->second.delivery);
      limit.reset();
    }
    set_limit(token, entry->second, limit);
  }
  return beyond;
}

}  // namespace duroxide::runtime
