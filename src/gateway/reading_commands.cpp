// Commands that look at instances.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "gateway/answers.hpp"
#include "gateway/command_groups.hpp"
#include "gateway/commands.hpp"
#include "gateway/event_json.hpp"
#include "gateway/filter_arguments.hpp"
#include "gateway/json_text.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;
using Type = ArgumentType;

constexpr std::uint64_t default_page = 100;
constexpr std::uint64_t largest_page = 10'000;
constexpr std::uint64_t default_of_tree = 1'000;
constexpr std::uint64_t most_of_tree = 100'000;

/// Every instance that matches, or the first `limit`, each as an item.
CommandResult list_all(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  const InstanceFilter filter = filter_of(arguments);
  std::uint64_t left = arguments.number("limit").value_or(~std::uint64_t{0});
  std::uint64_t count = 0;
  std::optional<std::string> cursor = arguments.optional_text("cursor");
  do {
    const auto size = static_cast<std::uint32_t>(std::min<std::uint64_t>(left, 1'000));
    if (size == 0) {
      break;
    }
    const auto page = store.management.list_page(filter, size, cursor);
    if (!page) {
      return failure(CommandError(page.error()));
    }
    for (const InstanceSummary& summary : page->instances) {
      if (!sink.item(json_of(summary))) {
        return failure(
            CommandError(CommandError::Kind::interrupted, "the listing was interrupted"));
      }
    }
    count += page->instances.size();
    left -= page->instances.size();
    cursor = page->next_cursor;
    // A search may find nothing for long, and somebody may have gone meanwhile.
    if (page->instances.empty() && cursor && !sink.progress(Progress{count, count})) {
      return failure(CommandError(CommandError::Kind::interrupted, "the listing was interrupted"));
    }
  } while (cursor);
  return json{{"count", count}};
}

/// A full page, or what there is. A search may take several of the store's, which looks at so many
/// instances for each.
CommandResult list(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  const InstanceFilter filter = filter_of(arguments);
  const std::uint32_t size = *arguments.small_number("limit");
  json instances = json::array();
  std::optional<std::string> cursor = arguments.optional_text("cursor");
  do {
    const auto left = size - static_cast<std::uint32_t>(instances.size());
    const auto page = store.management.list_page(filter, left, cursor);
    if (!page) {
      return failure(CommandError(page.error()));
    }
    for (const InstanceSummary& summary : page->instances) {
      instances.push_back(json_of(summary));
    }
    cursor = page->next_cursor;
    if (cursor && instances.size() < size && !sink.progress(Progress{instances.size(), size})) {
      return failure(CommandError(CommandError::Kind::interrupted, "the listing was interrupted"));
    }
  } while (cursor && instances.size() < size);
  return json{{"instances", std::move(instances)},
              {"next_cursor", cursor ? json(*cursor) : json()}};
}

CommandResult count(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const auto matches = store.management.count_instances(filter_of(arguments));
  if (!matches) {
    return failure(CommandError(matches.error()));
  }
  return json{{"count", *matches}};
}

/// What keeps this instance: its own pause, and that of its orchestration or of the store.
json pauses_of(const InstanceInfo& info, const std::vector<PausedItem>& all) {
  using Scope = PauseScope::Kind;
  json found = json::array();
  for (const PausedItem& each : all) {
    const auto& [kind, name] = each.scope;
    if (kind == Scope::store || (kind == Scope::instance && name == info.instance_id) ||
        (kind == Scope::orchestration && name == info.orchestration_name)) {
      found.push_back(json_of(each));
    }
  }
  return found;
}

/// Itself and activities of it.
json quarantine_of(const std::string& instance, const std::vector<QuarantinedItem>& all) {
  json found = json::array();
  for (const QuarantinedItem& each : all) {
    if (each.instance_id == instance) {
      found.push_back(json_of(each));
    }
  }
  return found;
}

CommandResult show(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const std::string instance = arguments.text("instance");
  const auto info = store.management.get_instance_info(instance);
  const auto details = store.management.get_instance_details(instance);
  const auto values = store.client.get_all_values(instance);
  if (auto error = first_error(info, details)) {
    return failure(std::move(*error));
  }
  if (!*details) {
    return failure(CommandError(CommandError::Kind::not_found,
                                "the instance " + instance + " was deleted just now"));
  }
  if (!values) {
    return failure(CommandError(values.error()));
  }
  const auto paused = store.management.list_paused();
  const auto quarantined = store.management.list_quarantined();
  if (auto error = first_error(paused, quarantined)) {
    return failure(std::move(*error));
  }
  const InstanceDetails& found = **details;
  return json{
      {"info", json_of(*info)},
      {"summary", json_of(found.summary)},
      {"executions", json_of(found.executions)},
      {"current_execution", found.current_execution ? json_of(*found.current_execution) : json()},
      {"damage", found.damage ? json_of_text(*found.damage) : json()},
      {"values", json_of(*values)},
      {"paused", pauses_of(*info, *paused)},
      {"quarantined", quarantine_of(instance, *quarantined)}};
}

CommandResult history(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const std::string instance = arguments.text("instance");
  auto execution = arguments.number("execution");
  if (!execution) {
    const auto info = store.management.get_instance_info(instance);
    if (!info) {
      return failure(CommandError(info.error()));
    }
    execution = info->current_execution_id;
  }
  const auto events = store.management.read_execution_history(instance, *execution);
  if (!events) {
    return failure(CommandError(events.error()));
  }
  return json{
      {"instance_id", instance}, {"execution_id", *execution}, {"events", json_of_events(*events)}};
}

CommandResult tree(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const auto limit = arguments.small_number("limit").value();
  // One more than is asked for tells whether that is all.
  auto found = store.management.get_instance_tree(arguments.text("instance"), limit + 1);
  if (!found) {
    return failure(CommandError(found.error()));
  }
  const bool truncated = found->size() > limit;
  if (truncated) {
    // A store of somebody's own may give more than it was asked for.
    found->instances.erase(found->instances.begin() + limit, found->instances.end());
  }
  json result = json_of(*found);
  result["truncated"] = truncated;
  return result;
}

/// Words for the completion of a shell: a few ids or names that begin so.
CommandResult complete(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const std::string prefix = arguments.text("prefix");
  const bool names = arguments.text("of") == "orchestrations";
  InstanceFilter filter;
  if (!names && !prefix.empty()) {
    filter.id_prefix = prefix;
  }
  filter.order = names ? InstanceOrder::updated : InstanceOrder::id;
  filter.descending = names;
  constexpr std::uint32_t looked_at = 500;
  const auto page = store.management.list_page(filter, looked_at);
  if (!page) {
    return failure(CommandError(page.error()));
  }
  json words = json::array();
  for (const auto& summary : page->instances) {
    const std::string& word = names ? summary.orchestration_name : summary.instance_id;
    if (word.starts_with(prefix) && std::find(words.begin(), words.end(), word) == words.end()) {
      words.push_back(word);
    }
  }
  return json{{"words", std::move(words)}};
}

constexpr Argument cursor_argument{
    .name = "cursor", .option = "--cursor", .help = "go on where an earlier list ended"};

constexpr Argument local_flag(std::string_view option, std::string_view name,
                              std::string_view help) {
  return {.name = name, .type = Type::flag, .option = option, .help = help, .local = true};
}

Command list_command() {
  return {.name = "list",
          .help = "List instances",
          .examples = {"duroxide --store orders list --status failed --since 2h",
                       "duroxide --store orders list --search 'connection refused' --since 1d",
                       "duroxide --store orders --json list --all --name Ship"},
          .arguments =
              joined(filter_arguments(OrderOptions::shown),
                     {local_flag("--ascending", "ascending", "oldest, or first, first"),
                      local_flag("--reverse", "reverse", "the other way round than without it"),
                      {.name = "limit",
                       .type = Type::number,
                       .option = "-l,--limit",
                       .help = "at most so many, with --all as many as there are",
                       .least = 1,
                       .most = largest_page,
                       .by_default = default_page},
                      cursor_argument,
                      local_flag("-a,--all", "all", "all of them; with --json one line for each")}),
          .alternatives = {{{"descending", "ascending", "reverse"}}},
          .run = list};
}

Command list_all_command() {
  return {.name = "list_all",
          .arguments =
              joined(filter_arguments(OrderOptions::shown),
                     {{.name = "limit", .type = Type::number, .option = "-l,--limit", .least = 1},
                      cursor_argument}),
          .follows = true,
          .run = list_all};
}

constexpr std::array<std::string_view, 2> completed{"instances", "orchestrations"};

}  // namespace

std::vector<Command> reading_commands() {
  return {
      list_command(),
      list_all_command(),
      {.name = "count",
       .help = "Count instances",
       .examples = {"duroxide --store orders count --status running --name Ship"},
       .arguments = filter_arguments(),
       .run = count},
      {.name = "show",
       .help = "Show an instance, and what it waits for since when",
       .examples = {"duroxide --store orders show order-7"},
       .arguments = {its_id},
       .run = show},
      {.name = "history",
       .help = "Show the events of an execution of an instance",
       .examples = {"duroxide --store orders history order-7",
                    "duroxide --store orders --json history order-7 --execution 2"},
       .arguments = {its_id, execution_argument("default: the current one")},
       .run = history},
      {.name = "tree",
       .help = "Show an instance with everything below it",
       .examples = {"duroxide --store orders tree order-7"},
       .details = "Children follow their parent, in the order in which they were created.",
       .arguments = {its_id,
                     {.name = "limit",
                      .type = Type::number,
                      .option = "-l,--limit",
                      .help = "at most so many instances, those that come first",
                      .least = 1,
                      .most = most_of_tree,
                      .by_default = default_of_tree}},
       .run = tree},
      {.name = "complete",
       .arguments = {{.name = "of", .type = Type::choice, .required = true, .choices = completed},
                     {.name = "prefix", .required = true}},
       .run = complete},
  };
}

}  // namespace duroxide::gateway
