#include "model/named_waits.hpp"

#include <utility>

#include "model/invariant.hpp"

namespace duroxide::model {

std::optional<Arrived> NamedWaits::raise(std::string_view name, Payload data) {
  return give_back(name, next_arrival_++, std::move(data));
}

std::optional<Arrived> NamedWaits::give_back(std::string_view name, std::uint64_t arrival,
                                             Payload data) {
  Name& queue = names_[std::string(name)];
  if (queue.waiting.empty()) {
    queue.kept.emplace(arrival, std::move(data));
    return std::nullopt;
  }
  const std::uint64_t wait = queue.waiting.extract(queue.waiting.begin()).value();
  names_of_.erase(wait);
  return Arrived{wait, arrival, std::move(data)};
}

std::optional<Arrived> NamedWaits::wait(std::uint64_t wait, const std::string& name) {
  Name& queue = names_[name];
  if (queue.kept.empty()) {
    queue.waiting.insert(wait);
    names_of_.emplace(wait, name);
    return std::nullopt;
  }
  auto oldest = queue.kept.extract(queue.kept.begin());
  return Arrived{wait, oldest.key(), std::move(oldest.mapped())};
}

void NamedWaits::stop_waiting(std::uint64_t wait) {
  const auto name = names_of_.find(wait);
  if (name == names_of_.end()) {
    return;
  }
  const auto queue = names_.find(name->second);
  DUROXIDE_INVARIANT(queue != names_.end(), "a wait stands in the queue of its name");
  const bool was_waiting = queue->second.waiting.erase(wait) != 0;
  DUROXIDE_INVARIANT(was_waiting, "a wait stands in the queue of its name");
  names_of_.erase(name);
}

std::vector<CarriedEvent> NamedWaits::kept() const {
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

}  // namespace duroxide::model
