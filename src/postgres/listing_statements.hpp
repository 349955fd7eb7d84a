#pragma once

// The statements that list and count instances. They are few, and each takes every filter: a condition that
// is not asked for is null, and the database leaves it out when it plans for the values.

#include <cstdint>
#include <optional>

#include <duroxide/management_types.hpp>

#include "postgres/listing_values.hpp"
#include "postgres/request.hpp"

namespace duroxide::postgres {

/// Which rows of a listing.
struct ListingPart {
  const std::optional<Place>& after;
  std::optional<std::int64_t> limit;
  std::int64_t offset = 0;
};

/// The rows have the columns of `summary_columns` (summary_row.hpp), and behind them the key of their
/// place, unless the order is that of the ids.
[[nodiscard]] Call list_call(const ListingValues& values, const InstanceFilter& filter,
                             const ListingPart& part);

/// One number: how many match all of the filter but the text that is searched for.
[[nodiscard]] Call count_call(const ListingValues& values, const InstanceFilter& filter);

}  // namespace duroxide::postgres
