#include "replay/external_events.hpp"

#include <algorithm>
#include <utility>

namespace duroxide::replay {

void complete(detail::Slot& slot, Result<std::string, ErrorDetails> outcome) {
  slot.complete = true;
  slot.outcome = std::move(outcome);
  if (detail::Completion* waiter = std::exchange(slot.waiter, nullptr)) {
    waiter->done();
  }
}

std::uint64_t ExternalEvents::raise(std::string_view name, std::string data) {
  return put(name, next_arrival_++, std::move(data));
}

std::uint64_t ExternalEvents::put(std::string_view name, std::uint64_t arrival, std::string data) {
  Name& queue = names_[std::string(name)];
  if (queue.waiting.empty()) {
    queue.kept.emplace(arrival, std::move(data));
    return 0;
  }
  const std::shared_ptr<detail::Slot> slot = std::move(queue.waiting.front());
  queue.waiting.pop_front();
  slot->arrival = arrival;
  complete(*slot, std::move(data));
  return slot->event_id;
}

void ExternalEvents::wait(const std::shared_ptr<detail::Slot>& slot) {
  Name& queue = names_[slot->name];
  if (queue.kept.empty()) {
    queue.waiting.push_back(slot);
    return;
  }
  auto oldest = queue.kept.extract(queue.kept.begin());
  slot->arrival = oldest.key();
  complete(*slot, std::move(oldest.mapped()));
}

void ExternalEvents::stop_waiting(const detail::Slot& slot) {
  const auto found = names_.find(slot.name);
  if (found != names_.end()) {
    auto& waiting = found->second.waiting;
    waiting.erase(std::remove_if(waiting.begin(), waiting.end(),
                                 [&](const auto& each) { return each.get() == &slot; }),
                  waiting.end());
  }
}

std::uint64_t ExternalEvents::give_back(const detail::Slot& slot) {
  return put(slot.name, slot.arrival, *slot.outcome);
}

std::vector<CarriedEvent> ExternalEvents::kept() const {
  std::map<std::uint64_t, CarriedEvent> by_arrival;
  for (const auto& [name, queue] : names_) {
    for (const auto& [arrival, data] : queue.kept) {
      by_arrival.emplace(arrival, CarriedEvent{name, data});
    }
  }
  std::vector<CarriedEvent> events;
  events.reserve(by_arrival.size());
  for (auto& [arrival, event] : by_arrival) {
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace duroxide::replay
