#pragma once

// What a filter of instances asks of the rows of the database.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/management_types.hpp>

#include "postgres/database.hpp"
#include "postgres/parameters.hpp"

namespace duroxide::postgres {

/// The row of that place in the order of a listing is the last that was seen.
struct Place {
  std::int64_t key = 0;  ///< when it was created, or changed last; not used in the order of the ids
  std::int64_t number = 0;
  std::string id;
};

struct ListingValues {
  bool nothing = false;  ///< no row can match
  std::vector<std::int64_t> statuses;
  /// And what runs and is paused, unless `statuses` holds what runs anyway.
  std::vector<std::string> paused_orchestrations;
  std::vector<std::string> paused_instances;

  [[nodiscard]] bool includes_paused() const {
    return !paused_orchestrations.empty() || !paused_instances.empty();
  }
};

/// Reads what is paused, if the filter asks for it.
[[nodiscard]] ListingValues values_of(Database& database, const InstanceFilter& filter);

/// The first twelve parameters of every statement that lists or counts.
[[nodiscard]] Parameters filter_parameters(const ListingValues& values,
                                           const InstanceFilter& filter);

}  // namespace duroxide::postgres
