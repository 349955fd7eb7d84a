#pragma once

// The instances of one snapshot that a filter's indexes find, one after the other in its order.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "queries/listing_plan.hpp"

namespace duroxide::storage {

/// Where a walk has got to: at this instance, which it has passed. Only what its order goes by is set.
struct Place {
  Number number = 0;
  Timestamp updated_at;
  std::string id;

  bool operator==(const Place&) const = default;
};

class Rows {
 public:
  virtual ~Rows() = default;

  struct Step {
    Number number = 0;
    bool matches = false;  ///< as far as the indexes tell
  };
  /// One step further, which is short: the walk can be interrupted after each. None at the end.
  [[nodiscard]] virtual std::optional<Step> next() = 0;
  /// Where another walk must begin to go on after the last step.
  [[nodiscard]] virtual Place place() const = 0;
  /// Skips up to so many matches at once, and says how many they were. A walk that must look at each
  /// skips none.
  [[nodiscard]] virtual std::uint64_t skip(std::uint64_t /*matches*/) { return 0; }
};

/// ListingPlan and filter must outlive what these give, and the view too.
struct Walk {
  const ReadView& view;
  const InstanceFilter& filter;
  const ListingPlan& plan;
  const std::optional<Place>& after;

  [[nodiscard]] Direction direction() const {
    return filter.descending ? Direction::down : Direction::up;
  }
  /// Whether the plan's sets, lists and span hold an instance; `known_status` if its status need not
  /// be looked up.
  [[nodiscard]] bool holds(Number number, bool known_status) const;
};

[[nodiscard]] std::unique_ptr<Rows> rows_of(const Walk& walk);

/// By number, which is by creation.
[[nodiscard]] std::unique_ptr<Rows> rows_by_creation(const Walk& walk);
[[nodiscard]] std::unique_ptr<Rows> rows_by_update(const Walk& walk);
[[nodiscard]] std::unique_ptr<Rows> rows_by_id(const Walk& walk);
/// Those of another order than creation, gathered and sorted; null if they are too many for that.
[[nodiscard]] std::unique_ptr<Rows> few_rows(const Walk& walk);

}  // namespace duroxide::storage
