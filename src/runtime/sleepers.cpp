#include "runtime/sleepers.hpp"

namespace duroxide::runtime {

void Sleepers::add(Timestamp due, Sleeper sleeper) {
  const auto place = places_.try_emplace(Key(sleeper.run.get(), sleeper.completion)).first;
  try {
    place->second = by_time_.emplace(due, std::move(sleeper));
  } catch (...) {
    places_.erase(place);
    throw;
  }
}

void Sleepers::remove(const CoroutineRun& run, const detail::Completion& completion) noexcept {
  const auto found = places_.find(Key(&run, &completion));
  if (found != places_.end()) {
    const auto place =
        by_time_.extract(found->second);  // it ends behind the changes of both tables
    places_.erase(found);
  }
}

std::optional<Timestamp> Sleepers::next_due() const {
  return by_time_.empty() ? std::nullopt : std::optional(by_time_.begin()->first);
}

std::optional<Sleepers::Sleeper> Sleepers::take_due(Timestamp now) {
  if (by_time_.empty() || by_time_.begin()->first > now) {
    return std::nullopt;
  }
  return take_at(by_time_.begin());
}

std::optional<Sleepers::Sleeper> Sleepers::take_of(const CoroutineRun& run) {
  const auto found = places_.lower_bound(Key(&run, nullptr));
  if (found == places_.end() || found->first.first != &run) {
    return std::nullopt;
  }
  return take_at(found->second);
}

void Sleepers::clear() noexcept {
  // What ends with them says that it sleeps no longer.
  const Places ended = std::exchange(by_time_, {});
  places_.clear();
}

Sleepers::Sleeper Sleepers::take_at(Places::iterator place) {
  Sleeper sleeper = std::move(place->second);
  by_time_.erase(place);
  places_.erase(Key(sleeper.run.get(), sleeper.completion));
  return sleeper;
}

}  // namespace duroxide::runtime
