#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <duroxide/events.hpp>

namespace duroxide::model {

/// What has come to a wait.
struct Arrived {
  std::uint64_t wait = 0;     ///< its event id
  std::uint64_t arrival = 0;  ///< the place of `data` in the order of arrival
  Payload data;
};

/// What is raised, and the waits for it. Waits of a kind (their place in `EventKind`) have names of their
/// own. Both sides queue by name, first come first served; what comes without a wait is kept until there
/// is one. An instance that waits in memory has this with it, so it is few small pieces.
class NamedWaits {
 public:
  NamedWaits() = default;
  NamedWaits(NamedWaits&&) = default;
  NamedWaits& operator=(NamedWaits&&) = default;

  /// Something has come for waits of a kind: it goes to the oldest of its name, or is kept.
  std::optional<Arrived> raise(std::size_t kind, std::string_view name, Payload data);

  /// A new wait; its event id is `wait`. What was kept for it is its own at once.
  std::optional<Arrived> wait(std::size_t kind, std::string_view name, std::uint64_t wait);

  /// The wait is given up. Nothing happens if something has come to it.
  void stop_waiting(std::size_t kind, std::uint64_t wait);

  /// What came went to a wait whose code never looked at it: it is put back in its old place, and may go
  /// to another wait from there.
  std::optional<Arrived> give_back(std::size_t kind, std::string_view name, std::uint64_t arrival,
                                   Payload data);

  /// Everything kept for waits of a kind, in order of arrival.
  [[nodiscard]] std::vector<CarriedEvent> kept(std::size_t kind) const;

 private:
  /// A place in the queue of a name.
  struct Place {
    std::size_t kind;
    std::string name;
    std::uint64_t number;
  };
  /// The same, of a name that is elsewhere.
  struct PlaceOf {
    std::size_t kind;
    std::string_view name;
    std::uint64_t number;
  };
  struct Before {
    using is_transparent = void;
    template <class Left, class Right>
    bool operator()(const Left& left, const Right& right) const {
      return std::tuple(left.kind, std::string_view(left.name), left.number) <
             std::tuple(right.kind, std::string_view(right.name), right.number);
    }
  };
  using Waiting = std::set<Place, Before>;

  Waiting waiting_;                                     ///< numbered by event id
  std::map<std::uint64_t, Waiting::iterator> by_wait_;  ///< all that wait, by event id
  std::map<Place, Payload, Before> kept_;               ///< numbered by arrival
  std::uint64_t next_arrival_ = 1;
};

}  // namespace duroxide::model
