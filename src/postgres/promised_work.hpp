#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <duroxide/work_items.hpp>

namespace duroxide::postgres {

/// Activities that a turn has decided on, and who of those who wait is handed each of them by the very commit
/// that makes it, so that nobody needs to fetch it.
struct PromisedWork {
  struct Place {
    std::uint64_t fetch = 0;  ///< which waits for it; 0 if it is promised to nobody
    std::int64_t holder = 0;
  };
  std::vector<work::ActivityExecute> items;
  std::vector<Place> places;  ///< of each item

  /// Whether there is one that somebody has to fetch.
  [[nodiscard]] bool leaves_some() const {
    return std::any_of(places.begin(), places.end(),
                       [](const Place& place) { return place.fetch == 0; });
  }
};

}  // namespace duroxide::postgres
