#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <duroxide/management_messages.hpp>

#include "model/searched_text.hpp"
#include "postgres/database.hpp"
#include "postgres/listing_values.hpp"

namespace duroxide::postgres {

/// Walks through the instances that match a filter, in its order, some hundred at a time; the filter's
/// `limit` and `offset` are not looked at. Each part is as of another moment. Filter and database must
/// outlive it. All of it throws `Refusal`.
class Listing {
 public:
  /// Begins behind `after`, if given, and skips so many matches first.
  Listing(Database& database, const InstanceFilter& filter,
          std::optional<Place> after = std::nullopt, std::uint64_t skip = 0);

  /// The next match. `wanted` says how many more of them will be asked for, as far as is known.
  [[nodiscard]] std::optional<InstanceSummary> next(std::uint64_t wanted);
  /// From here on looks at so many rows at most.
  void look_at_most(std::uint64_t rows) { rows_left_ = rows; }
  /// Whether it has stopped for that, so that there may be more behind `place()`.
  [[nodiscard]] bool has_stopped() const { return stopped_; }
  /// Where the last row that was looked at stands.
  [[nodiscard]] const Place& place() const { return *after_; }
  /// How many matches there are from here on.
  [[nodiscard]] std::uint64_t count();

 private:
  [[nodiscard]] bool has_row(std::uint64_t wanted);
  [[nodiscard]] bool is_found(const Rows::Row& row) const;

  Database& database_;
  const InstanceFilter& filter_;
  ListingValues values_;
  std::optional<model::SearchedText> text_;
  std::optional<Place> after_;
  std::uint64_t skip_;
  std::uint64_t rows_left_ = ~std::uint64_t{0};
  bool stopped_ = false;
  Rows rows_;
  std::size_t next_row_ = 0;
  bool is_last_part_ = false;
};

[[nodiscard]] std::vector<InstanceSummary> list_instances(Database& database,
                                                          const InstanceFilter& filter);
[[nodiscard]] InstancePage list_page(Database& database, const management::ListPage& request);
[[nodiscard]] std::uint64_t count_instances(Database& database, const InstanceFilter& filter);

}  // namespace duroxide::postgres
