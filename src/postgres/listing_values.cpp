#include "postgres/listing_values.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "model/limits.hpp"

namespace duroxide::postgres {

namespace {

bool can_be_a_name(const std::string& text) {
  return model::check_name("name", text).has_value();
}

/// Whether the texts are such that a store can hold them at all. What is no text to the database would be an
/// error of it.
bool can_match(const InstanceFilter& filter) {
  return (!filter.orchestration_name || can_be_a_name(*filter.orchestration_name)) &&
         std::all_of(filter.tags.begin(), filter.tags.end(), can_be_a_name) &&
         (!filter.id_prefix || filter.id_prefix->empty() || can_be_a_name(*filter.id_prefix)) &&
         (!filter.parent_instance || model::check_instance_id(*filter.parent_instance)) &&
         (!filter.version || filter.version->empty() || can_be_a_name(*filter.version));
}

struct PausedScopes {
  bool store = false;
  std::vector<std::string> orchestrations;
  std::vector<std::string> instances;  ///< ids
};

PausedScopes read_scopes(Database& database) {
  const Rows rows = database.read_one({"paused_scopes", {}, "SELECT kind::text, name FROM paused"});
  PausedScopes scopes;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Rows::Row row = rows.row(i);
    const std::string kind = row.text(0);
    if (kind == "s") {
      scopes.store = true;
    } else if (kind == "o") {
      scopes.orchestrations.push_back(row.text(1));
    } else {
      scopes.instances.push_back(row.text(1));
    }
  }
  return scopes;
}

void add_paused(PausedScopes scopes, const InstanceFilter& filter,
                std::set<ExecutionStatus>& statuses, ListingValues& values) {
  const auto& name = filter.orchestration_name;
  const auto& names = scopes.orchestrations;
  if (scopes.store || (name && std::find(names.begin(), names.end(), *name) != names.end())) {
    statuses.insert(ExecutionStatus::running);
    return;
  }
  if (!name) {
    values.paused_orchestrations = std::move(scopes.orchestrations);
  }
  values.paused_instances = std::move(scopes.instances);
}

/// As `LIKE` takes it.
std::string pattern_of_prefix(const std::string& prefix) {
  std::string pattern;
  for (const char letter : prefix) {
    if (letter == '%' || letter == '_' || letter == '\\') {
      pattern += '\\';
    }
    pattern += letter;
  }
  return pattern + '%';
}

std::optional<std::int64_t> milliseconds(const std::optional<Timestamp>& time) {
  return time ? std::optional(to_milliseconds(*time)) : std::nullopt;
}

}  // namespace

ListingValues values_of(Database& database, const InstanceFilter& filter) {
  ListingValues values;
  std::set<ExecutionStatus> statuses;
  bool paused = false;
  if (!filter.status) {
    statuses = {ExecutionStatus::running, ExecutionStatus::completed, ExecutionStatus::failed,
                ExecutionStatus::cancelled};
  } else {
    for (const StatusFilter& each : *filter.status) {
      if (each.is_paused()) {
        paused = true;
      } else if (each.status()) {
        statuses.insert(*each.status());
      }
    }
  }
  if (paused && !statuses.contains(ExecutionStatus::running)) {
    add_paused(read_scopes(database), filter, statuses, values);
  }
  for (const ExecutionStatus status : statuses) {
    values.statuses.push_back(static_cast<std::int64_t>(status));
  }
  values.nothing = (statuses.empty() && !values.includes_paused()) || !can_match(filter);
  return values;
}

Parameters filter_parameters(const ListingValues& values, const InstanceFilter& filter) {
  const bool has_prefix = filter.id_prefix && !filter.id_prefix->empty();
  Parameters parameters;
  parameters.numbers(values.statuses)
      .texts(values.paused_orchestrations)
      .texts(values.paused_instances)
      .optional_text(filter.orchestration_name)
      .optional_number(milliseconds(filter.created_after))
      .optional_number(milliseconds(filter.created_before))
      .optional_text(filter.parent_instance)
      .optional_text(has_prefix ? std::optional(pattern_of_prefix(*filter.id_prefix))
                                : std::nullopt)
      .texts(filter.tags)
      .optional_number(milliseconds(filter.updated_before))
      .optional_text(filter.version)
      .flag(filter.roots_only);
  return parameters;
}

}  // namespace duroxide::postgres
