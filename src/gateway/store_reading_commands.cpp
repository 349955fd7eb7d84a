// Commands that look at the store as a whole.

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "gateway/answers.hpp"
#include "gateway/command_groups.hpp"
#include "gateway/commands.hpp"
#include "model/printable.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;

CommandResult stats(const StoreInUse& store, const Arguments&, Sink&) {
  return as_result(store.management.get_system_metrics());
}

/// `value` without what could steer a terminal, be it at the end of a pipe; values that differ still do.
std::string printable_label(std::string_view value) {
  std::string doubled;
  for (const char c : value) {
    doubled.append(c == '\\' ? 2U : 1U, c);
  }
  return model::printable(doubled);
}

constexpr std::array<std::string_view, 2> metric_formats{"families", "prometheus"};

CommandResult metrics(const StoreInUse& store, const Arguments& arguments, Sink&) {
  auto families = store.management.metrics();
  if (!families) {
    return failure(CommandError(families.error()));
  }
  if (arguments.text("format") != "prometheus") {
    return json{{"families", json_of(*families)}};
  }
  for (MetricFamily& family : *families) {
    for (MetricSample& sample : family.samples) {
      for (auto& [name, value] : sample.labels) {
        value = printable_label(value);
      }
    }
  }
  return json{{"text", prometheus_text(*families)}};
}

CommandResult health(const StoreInUse& store, const Arguments&, Sink&) {
  return as_result(store.management.get_system_health());
}

/// Leaves the first `limit` of each kind; gives whether there were more.
bool cut_each_kind(std::vector<StuckInstance>& instances, std::uint32_t limit) {
  std::map<StuckKind, std::uint32_t> found;
  return std::erase_if(instances,
                       [&](const StuckInstance& each) { return ++found[each.kind] > limit; }) > 0;
}

/// Leaves the first `limit`; gives whether there were more.
template <class Item>
bool cut(std::vector<Item>& items, std::uint32_t limit) {
  if (items.size() <= limit) {
    return false;
  }
  items.erase(items.begin() + limit, items.end());
  return true;
}

CommandResult stuck(const StoreInUse& store, const Arguments& arguments, Sink&) {
  StuckFilter filter;
  filter.no_progress_for = arguments.duration("no_progress_for");
  const std::uint32_t limit = arguments.small_number("limit").value_or(filter.limit);
  // One more than is asked for tells whether that is all.
  filter.limit = std::max(limit, limit + 1);
  auto instances = store.management.list_stuck(filter);
  auto quarantined = store.management.list_quarantined();
  auto paused = store.management.list_paused();
  if (auto error = first_error(instances, quarantined, paused)) {
    return failure(std::move(*error));
  }
  bool truncated = cut_each_kind(*instances, limit);
  truncated = cut(*quarantined, limit) || truncated;
  truncated = cut(*paused, limit) || truncated;
  return json{{"instances", json_of(*instances)},
              {"truncated", truncated},
              {"quarantined", json_of(*quarantined)},
              {"paused", json_of(*paused)}};
}

}  // namespace

std::vector<Command> store_reading_commands() {
  return {
      {.name = "stats",
       .help = "Show counts of instances, events and queues",
       .examples = {"duroxide --store orders stats"},
       .run = stats},
      {.name = "metrics",
       .help = "Show what the engine counts and measures",
       .examples = {"duroxide --store orders metrics",
                    "duroxide --store orders metrics --format prometheus"},
       .details =
           "What the engine counts while it works is known while it has the store open. Of a "
           "store that nobody has open, only what can be read there is shown.",
       .arguments = {{.name = "format",
                      .type = ArgumentType::choice,
                      .option = "-f,--format",
                      .help = "families: as a table, or as JSON with --json; prometheus: in "
                              "Prometheus' text format",
                      .choices = metric_formats,
                      .by_default = "families"}},
       .run = metrics},
      {.name = "health",
       .help = "Show how the store does as a whole",
       .examples = {"duroxide --store orders health"},
       .run = health},
      {.name = "stuck",
       .help = "List what does not get on by itself, and what it waits for",
       .examples = {"duroxide --store orders stuck --idle 1h"},
       .arguments = {{.name = "no_progress_for",
                      .type = ArgumentType::duration,
                      .option = "--idle",
                      .help = "also instances that have not changed for so long"},
                     {.name = "limit",
                      .type = ArgumentType::number,
                      .option = "-l,--limit",
                      .help = "at most so many of each kind",
                      .least = 1,
                      .most = std::numeric_limits<std::uint32_t>::max()}},
       .run = stuck},
  };
}

}  // namespace duroxide::gateway
