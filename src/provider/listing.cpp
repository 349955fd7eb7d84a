// Listing instances. Numbers are given in order of creation and creation times never go back, so
// every index ends in the number, a span of time is a span of numbers, and a filter is a few range
// scans that are merged by number.

#include <algorithm>
#include <limits>
#include <optional>
#include <set>

#include "provider/core/instances.hpp"
#include "provider/core/keys.hpp"
#include "provider/management.hpp"

namespace duroxide::storage {

namespace {

/// A snapshot pins old pages in the database; a listing takes a new one after so many rows.
constexpr std::size_t rows_per_snapshot = 2000;

/// A range of an index: keys `prefix` followed by a number.
struct Range {
  Table table;
  std::string prefix;
};

struct Plan {
  std::vector<Range> ranges;
  Number first = 0;
  Number end = std::numeric_limits<Number>::max();
};

std::optional<Number> number_of_key(std::string_view key) {
  return key.size() < 8 ? std::nullopt : std::optional(number_at(key, key.size() - 8));
}

/// The first number that was created at `time` or later.
std::optional<Number> first_created_at(const ReadView& view, Timestamp time) {
  const auto cursor = view.cursor(Table::by_created);
  return cursor->seek(make_key(sortable(time))) ? number_of_key(cursor->key()) : std::nullopt;
}

/// Which ranges to read; none if nothing can match.
Plan make_plan(const ReadView& view, const InstanceFilter& filter) {
  Plan plan;
  if (filter.created_after) {
    const auto first = first_created_at(view, *filter.created_after);
    if (!first) {
      return plan;
    }
    plan.first = *first;
  }
  if (filter.created_before) {
    if (const auto end = first_created_at(view, *filter.created_before)) {
      plan.end = *end;
    }
  }
  if (filter.parent_instance) {
    if (const auto parent = find_number(view, *filter.parent_instance)) {
      plan.ranges.push_back({Table::by_parent, make_key(*parent)});
    }
    return plan;
  }
  if (filter.orchestration_name) {
    plan.ranges.push_back({Table::by_name, name_prefix(*filter.orchestration_name)});
    return plan;
  }
  if (filter.status) {
    for (const auto status : std::set(filter.status->begin(), filter.status->end())) {
      plan.ranges.push_back({Table::by_status, make_key(static_cast<std::uint64_t>(status))});
    }
    return plan;
  }
  plan.ranges.push_back({Table::instances, {}});
  return plan;
}

/// Walks several ranges in the order of the numbers.
class Merge {
 public:
  Merge(const ReadView& view, const std::vector<Range>& ranges, Number from) {
    for (const Range& range : ranges) {
      std::string start = range.prefix;
      append_number(start, from);
      auto cursor = view.cursor(range.table);
      if (cursor->seek(start) && in_range(range, *cursor)) {
        open_.push_back({&range, std::move(cursor)});
      }
    }
  }

  [[nodiscard]] std::optional<Number> next() {
    const auto lowest =
        std::min_element(open_.begin(), open_.end(), [](const Open& a, const Open& b) {
          return number_of_key(a.cursor->key()) < number_of_key(b.cursor->key());
        });
    if (lowest == open_.end()) {
      return std::nullopt;
    }
    const auto number = number_of_key(lowest->cursor->key());
    if (!lowest->cursor->next() || !in_range(*lowest->range, *lowest->cursor)) {
      open_.erase(lowest);
    }
    return number;
  }

 private:
  struct Open {
    const Range* range;
    std::unique_ptr<Cursor> cursor;
  };

  static bool in_range(const Range& range, const Cursor& cursor) {
    return cursor.key().size() == range.prefix.size() + 8 &&
           cursor.key().substr(0, range.prefix.size()) == range.prefix;
  }

  std::vector<Open> open_;
};

bool matches(const InstanceFilter& filter, const InstanceRecord& record) {
  if (filter.status && std::find(filter.status->begin(), filter.status->end(), record.status) ==
                           filter.status->end()) {
    return false;
  }
  if (filter.orchestration_name && record.orchestration != *filter.orchestration_name) {
    return false;
  }
  return !filter.parent_instance ||
         (record.parent && record.parent->instance == *filter.parent_instance);
}

/// Whether the ranges alone decide, so that a skipped row need not be read.
bool ranges_decide(const InstanceFilter& filter) {
  return int{filter.status.has_value()} + int{filter.orchestration_name.has_value()} +
             int{filter.parent_instance.has_value()} <=
         1;
}

InstanceSummary summarize(InstanceRecord record) {
  InstanceSummary summary;
  summary.instance_id = std::move(record.id);
  summary.orchestration_name = std::move(record.orchestration);
  summary.version = std::move(record.version);
  summary.status = record.status;
  summary.created_at = record.created_at;
  summary.updated_at = record.updated_at;
  summary.execution_count = record.execution;
  if (record.parent) {
    summary.parent_instance = record.parent->instance;
    summary.parent_id = record.parent->event_id;
  }
  return summary;
}

}  // namespace

std::vector<InstanceSummary> Management::list(const InstanceFilter& filter) const {
  std::vector<InstanceSummary> listed;
  const std::uint64_t limit = filter.limit.value_or(std::numeric_limits<std::uint32_t>::max());
  std::uint64_t to_skip = filter.offset.value_or(0);
  std::optional<Number> from;
  for (;;) {
    const auto view = store_->snapshot();
    const Plan plan = make_plan(*view, filter);
    Merge merge(*view, plan.ranges, from.value_or(plan.first));
    for (std::size_t rows = 0; rows < rows_per_snapshot; ++rows) {
      const auto number = merge.next();
      if (!number || *number >= plan.end || listed.size() >= limit) {
        return listed;
      }
      from = *number + 1;
      if (to_skip > 0 && ranges_decide(filter)) {
        --to_skip;
        continue;
      }
      auto record = load_instance(*view, *number);
      if (!record || !matches(filter, *record)) {
        continue;
      }
      if (to_skip > 0) {
        --to_skip;
      } else {
        listed.push_back(summarize(std::move(*record)));
      }
    }
  }
}

}  // namespace duroxide::storage
