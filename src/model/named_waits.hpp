#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/events.hpp>

namespace duroxide::model {

/// What has come to a wait.
struct Arrived {
  std::uint64_t wait = 0;     ///< its event id
  std::uint64_t arrival = 0;  ///< the place of `data` in the order of arrival
  Payload data;
};

/// Raised events and the waits for them. Both queue by name, first come first served; an event
/// without a wait is kept until there is one.
class NamedWaits {
 public:
  /// An event has come: it goes to the oldest wait of its name, or is kept.
  std::optional<Arrived> raise(std::string_view name, Payload data);

  /// A new wait; its event id is `wait`. An event that was kept for it is its own at once.
  std::optional<Arrived> wait(std::uint64_t wait, const std::string& name);

  /// The wait is given up. Nothing happens if something has come to it.
  void stop_waiting(std::uint64_t wait);

  /// An event went to a wait whose code never looked at it: it is put back in its old place, and may
  /// go to another wait from there.
  std::optional<Arrived> give_back(std::string_view name, std::uint64_t arrival, Payload data);

  /// Everything kept, in order of arrival.
  [[nodiscard]] std::vector<CarriedEvent> kept() const;

 private:
  struct Name {
    std::map<std::uint64_t, Payload> kept;  ///< by arrival
    std::set<std::uint64_t> waiting;        ///< by event id, in which order they came
  };

  std::map<std::string, Name, std::less<>> names_;
  std::map<std::uint64_t, std::string> names_of_;  ///< of those that wait
  std::uint64_t next_arrival_ = 1;
};

}  // namespace duroxide::model
