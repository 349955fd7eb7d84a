#include "runtime/running_deliveries.hpp"

#include "model/invariant.hpp"

namespace duroxide::runtime {

void RunningDeliveries::add(WorkerId worker, SharedDelivery delivery) {
  DUROXIDE_INVARIANT(delivery != nullptr, "a worker runs a delivery");
  const provider::LockToken token = delivery->item.lock_token;
  entries_.insert_or_assign(token, Entry{worker, std::move(delivery), false});
}

std::optional<RunningDeliveries::Entry> RunningDeliveries::remove(provider::LockToken token) {
  auto found = entries_.extract(token);
  if (found.empty()) {
    return std::nullopt;
  }
  return std::move(found.mapped());
}

SharedDelivery RunningDeliveries::tell_to_stop(provider::LockToken token, Timestamp deadline) {
  const auto found = entries_.find(token);
  if (found == entries_.end() || std::exchange(found->second.is_told_to_stop, true)) {
    return nullptr;
  }
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

}  // namespace duroxide::runtime
