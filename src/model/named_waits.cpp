#include "model/named_waits.hpp"

#include <utility>

namespace duroxide::model {

namespace {

/// The first of a name in its queue, or the end.
template <class Queue, class Place>
auto first_of(Queue& queue, const Place& lowest) {
  const auto found = queue.lower_bound(lowest);
  if (found == queue.end()) {
    return found;
  }
  const auto& place = [&]() -> const auto& {
    if constexpr (requires { found->first; }) {
      return found->first;
    } else {
      return *found;
    }
  }
  ();
  return place.kind == lowest.kind && place.name == lowest.name ? found : queue.end();
}

}  // namespace

std::optional<Arrived> NamedWaits::raise(std::size_t kind, std::string_view name, Payload data) {
  return give_back(kind, name, next_arrival_++, std::move(data));
}

std::optional<Arrived> NamedWaits::give_back(std::size_t kind, std::string_view name,
                                             std::uint64_t arrival, Payload data) {
  const auto oldest = first_of(waiting_, PlaceOf{kind, name, 0});
  if (oldest == waiting_.end()) {
    kept_.emplace(Place{kind, std::string(name), arrival}, std::move(data));
    return std::nullopt;
  }
  const std::uint64_t wait = oldest->number;
  by_wait_.erase(wait);
  waiting_.erase(oldest);
  return Arrived{wait, arrival, std::move(data)};
}

std::optional<Arrived> NamedWaits::wait(std::size_t kind, std::string_view name,
                                        std::uint64_t wait) {
  const auto oldest = first_of(kept_, PlaceOf{kind, name, 0});
  if (oldest == kept_.end()) {
    by_wait_.emplace(wait, waiting_.insert(Place{kind, std::string(name), wait}).first);
    return std::nullopt;
  }
  auto taken = kept_.extract(oldest);
  return Arrived{wait, taken.key().number, std::move(taken.mapped())};
}

void NamedWaits::stop_waiting(std::size_t kind, std::uint64_t wait) {
  const auto found = by_wait_.find(wait);
  if (found != by_wait_.end() && found->second->kind == kind) {
    waiting_.erase(found->second);
    by_wait_.erase(found);
  }
}

std::vector<CarriedEvent> NamedWaits::kept(std::size_t kind) const {
  std::map<std::uint64_t, CarriedEvent> by_arrival;
  for (auto each = kept_.lower_bound(PlaceOf{kind, {}, 0});
       each != kept_.end() && each->first.kind == kind; ++each) {
    by_arrival.emplace(each->first.number, CarriedEvent{each->first.name, each->second});
  }
  std::vector<CarriedEvent> events;
  events.reserve(by_arrival.size());
  for (auto& [arrival, event] : by_arrival) {
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace duroxide::model
