#pragma once

// How a filter is answered by the indexes of one snapshot.

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/management_types.hpp>

#include "engine/records.hpp"
#include "queries/numbers.hpp"

namespace duroxide::storage {

struct ListingPlan {
  bool nothing = false;  ///< nothing can match
  /// Numbers are given in order of creation and creation times never go back, so a span of time is a
  /// span of numbers.
  Number first = 0;
  Number end = std::numeric_limits<Number>::max();
  std::vector<ExecutionStatus> statuses;  ///< no other can match
  /// An instance matches if it is in each of them. Which of them says nothing but the status:
  std::vector<NumberSet> sets;
  std::optional<std::size_t> status_set;
  /// Short lists that it must be in as well, sorted upwards.
  std::vector<std::vector<Number>> lists;
  /// Prefixes of the counters that together count every match between `first` and `end`; empty if
  /// there are none.
  std::vector<std::string> counters;
  // What the indexes leave open, so that a record must be read.
  bool check_id = false;
  bool check_updated = false;
  bool check_record = false;

  [[nodiscard]] bool reads_records() const { return check_id || check_updated || check_record; }
  /// Whether more than the status restricts it.
  [[nodiscard]] bool is_selective() const;
};

[[nodiscard]] ListingPlan make_plan(const ReadView& view, const InstanceFilter& filter);

/// Whether an instance that the indexes have found matches in what they leave open, but for the text
/// that is searched for.
[[nodiscard]] bool matches(const ListingPlan& plan, const InstanceFilter& filter,
                           const InstanceRecord& record);

/// The number from which on all instances were created at `time` or later; nothing if none was.
[[nodiscard]] std::optional<Number> first_created_at(const ReadView& view, Timestamp time);

/// What sorts behind every text that begins with `prefix`, which is UTF-8 and not empty.
[[nodiscard]] std::string behind_prefix(std::string prefix);

[[nodiscard]] Range status_range(ExecutionStatus status);
[[nodiscard]] Range name_range(std::string_view orchestration, ExecutionStatus status);

}  // namespace duroxide::storage
