#include "queries/listing_plan.hpp"

#include <algorithm>
#include <utility>

#include "engine/counters.hpp"
#include "engine/instances.hpp"
#include "model/limits.hpp"
#include "queries/wanted.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

/// A list that is longer restricts so little that looking at each instance is cheaper.
constexpr std::size_t longest_list = 10'000;

bool can_be_a_name(const std::string& text) {
  return model::check_name("name", text).has_value();
}

/// Whether the texts are such that a store can hold them at all.
bool can_match(const InstanceFilter& filter) {
  return (!filter.orchestration_name || can_be_a_name(*filter.orchestration_name)) &&
         std::all_of(filter.tags.begin(), filter.tags.end(), can_be_a_name) &&
         (!filter.id_prefix || filter.id_prefix->empty() || can_be_a_name(*filter.id_prefix));
}

void add_span_of_time(const ReadView& view, const InstanceFilter& filter, ListingPlan& plan) {
  if (filter.created_after) {
    const auto first = first_created_at(view, *filter.created_after);
    plan.nothing = plan.nothing || !first;
    plan.first = first.value_or(0);
  }
  if (filter.created_before) {
    plan.end = first_created_at(view, *filter.created_before).value_or(plan.end);
  }
}

/// Instances whose id begins with the prefix; none if they are too many.
std::optional<std::vector<Number>> list_ids(const ReadView& view, const std::string& prefix) {
  std::vector<Number> numbers;
  const auto cursor = view.cursor(Table::ids);
  for (bool more = cursor->seek(prefix); more && cursor->key().starts_with(prefix);
       more = cursor->next()) {
    if (numbers.size() == longest_list) {
      return std::nullopt;
    }
    numbers.push_back(decode_number(cursor->key(), cursor->value()));
  }
  return numbers;
}

/// Instances that changed last before `time`, give or take a second; none if they are too many.
std::optional<std::vector<Number>> list_updated(const ReadView& view, Timestamp time,
                                                const std::vector<ExecutionStatus>& statuses) {
  std::vector<Number> numbers;
  const auto cursor = view.cursor(Table::by_updated);
  for (const auto status : statuses) {
    const auto prefix = make_key(static_cast<std::uint64_t>(status));
    const auto end = make_key(static_cast<std::uint64_t>(status), sortable(time));
    for (bool more = cursor->seek(prefix);
         more && cursor->key().starts_with(prefix) && cursor->key() < end; more = cursor->next()) {
      if (numbers.size() == longest_list) {
        return std::nullopt;
      }
      numbers.push_back(number_at(cursor->key(), 16));
    }
  }
  return numbers;
}

void add_list(std::optional<std::vector<Number>> numbers, ListingPlan& plan) {
  if (numbers) {
    std::sort(numbers->begin(), numbers->end());
    plan.lists.push_back(std::move(*numbers));
  }
}

/// The set of those that have one of the statuses, and the name if one is asked for.
void add_set_of_statuses(const InstanceFilter& filter, Wanted wanted, ListingPlan& plan) {
  if (!filter.orchestration_name && !filter.status && !plan.sets.empty()) {
    return;
  }
  if (!filter.orchestration_name && !wanted.includes_paused()) {
    plan.status_set = plan.sets.size();
  }
  NumberSet& set = plan.sets.emplace_back();
  for (const auto status : wanted.statuses) {
    if (filter.orchestration_name) {
      set.ranges.push_back(name_range(*filter.orchestration_name, status));
      plan.counters.push_back(name_counter_prefix(*filter.orchestration_name, status));
    } else {
      set.ranges.push_back(status_range(status));
      plan.counters.push_back(status_counter_prefix(status));
    }
  }
  for (const std::string& name : wanted.paused_orchestrations) {
    set.ranges.push_back(name_range(name, ExecutionStatus::running));
    plan.counters.push_back(name_counter_prefix(name, ExecutionStatus::running));
  }
  set.listed = std::move(wanted.paused_instances);
}

}  // namespace

bool ListingPlan::is_selective() const {
  return sets.size() > (status_set ? 1U : 0U) || !lists.empty() || first != 0 ||
         end != std::numeric_limits<Number>::max();
}

Range status_range(ExecutionStatus status) {
  return {Table::by_status, make_key(static_cast<std::uint64_t>(status))};
}

Range name_range(std::string_view orchestration, ExecutionStatus status) {
  Range range{Table::by_name, name_prefix(orchestration)};
  append_number(range.prefix, static_cast<std::uint64_t>(status));
  return range;
}

std::string behind_prefix(std::string prefix) {
  // UTF-8 has no byte of 255.
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

std::optional<Number> first_created_at(const ReadView& view, Timestamp time) {
  const auto last = last_readable(view);
  if (!last || last->record.created_at < time) {
    return std::nullopt;
  }
  Number first = 0;
  Number found = last->number;
  while (first < found) {
    const Number middle = first + (found - first) / 2;
    const auto instance = find_readable(view, middle);
    if (!instance || instance->record.created_at >= time) {
      found = middle;
    } else {
      first = instance->number + 1;
    }
  }
  return found;
}

ListingPlan make_plan(const ReadView& view, const InstanceFilter& filter) {
  ListingPlan plan;
  Wanted wanted = wanted_by(view, filter);
  plan.nothing = wanted.nothing() || !can_match(filter);
  if (plan.nothing) {
    return plan;
  }
  plan.statuses.assign(wanted.statuses.begin(), wanted.statuses.end());
  if (wanted.includes_paused()) {
    plan.statuses.insert(plan.statuses.begin(), ExecutionStatus::running);
  }
  add_span_of_time(view, filter, plan);
  if (filter.parent_instance) {
    const auto parent = find_number(view, *filter.parent_instance);
    plan.nothing = plan.nothing || !parent;
    plan.sets.push_back({{{Table::by_parent, make_key(parent.value_or(0))}}, {}});
  }
  for (const std::string& tag : filter.tags) {
    plan.sets.push_back({{{Table::by_tag, name_prefix(tag)}}, {}});
  }
  add_set_of_statuses(filter, std::move(wanted), plan);
  if (filter.id_prefix && filter.order != InstanceOrder::id && !filter.id_prefix->empty()) {
    add_list(list_ids(view, *filter.id_prefix), plan);
    plan.check_id = plan.lists.empty();
  }
  if (filter.updated_before && filter.order != InstanceOrder::updated) {
    add_list(list_updated(view, *filter.updated_before, plan.statuses), plan);
    plan.check_updated = true;
  }
  plan.check_record = filter.version || filter.roots_only || filter.search;
  if (plan.sets.size() > 1 || !plan.sets.front().listed.empty() || !plan.lists.empty() ||
      plan.reads_records()) {
    plan.counters.clear();
  }
  return plan;
}

bool matches(const ListingPlan& plan, const InstanceFilter& filter, const InstanceRecord& record) {
  return (!plan.check_id || record.id.starts_with(*filter.id_prefix)) &&
         (!plan.check_updated || record.updated_at < *filter.updated_before) &&
         (!filter.version || record.version == *filter.version) &&
         (!filter.roots_only || !record.parent);
}

}  // namespace duroxide::storage
