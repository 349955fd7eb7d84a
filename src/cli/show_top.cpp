// How the store does, again and again, for people.

#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <tuple>

#include <nlohmann/json.hpp>

#include "cli/show.hpp"
#include "cli/text.hpp"

namespace duroxide::cli {

namespace {

using nlohmann::json;

std::string rate_text(const json& rate) {
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.1f/s", rate.get<double>());
  return {text.data(), static_cast<std::size_t>(size)};
}

void append_part(std::string& line, const std::string& part) {
  line.append(line.empty() ? "" : ", ").append(part);
}

/// `3 running, 1 failed`, each in its colour.
std::string counts_line(const Output& output, const json& metrics) {
  std::string line;
  for (const auto& [name, label, status] :
       {std::tuple("running_instances", "running", "Running"),
        std::tuple("paused_instances", "of them paused", "paused"),
        std::tuple("completed_instances", "completed", "Completed"),
        std::tuple("failed_instances", "failed", "Failed"),
        std::tuple("cancelled_instances", "cancelled", "Cancelled")}) {
    const bool none = metrics.value(name, std::uint64_t{0}) == 0;
    append_part(line, output.paint(none ? Color::plain : color_of(status),
                                   number_at(metrics, name) + " " + label));
  }
  return line;
}

std::string rates_line(const Output& output, const json& result) {
  const json& rates = result["rates"];
  if (rates.is_null() && !result.value("tells_changes", true)) {
    return "none: this store tells of no changes";
  }
  if (rates.is_null()) {
    return result.value("live", false) ? "from the next look on" : "none: no engine is at work";
  }
  const bool fails = rates["failures"].get<double>() > 0;
  std::string line =
      rate_text(rates["starts"]) + " started, " + rate_text(rates["ends"]) + " ended, " +
      output.paint(fails ? Color::red : Color::plain, rate_text(rates["failures"]) + " failed");
  if (const auto missed = rates.value("missed", std::uint64_t{0}); missed != 0) {
    line += ", and " + std::to_string(missed) + " that were not told";
  }
  return line;
}

std::string stuck_line(const Output& output, const json& result) {
  std::string line;
  for (const auto& [kind, count] : result["stuck"].items()) {
    append_part(line, output.paint(color_of(kind), count.dump() + " " + printable(kind)));
  }
  return line.empty() ? "nothing" : line;
}

/// The activities that an instance waits for: the first of them, and how many more.
std::string activities_of(const Output& output, const json& instance) {
  std::string line;
  const json& activities = instance["activities"];
  for (const json& each : activities) {
    std::string part = text_at(each, "name") + " for " + age_at(output, each, "scheduled_at");
    if (each.value("attempts", 0U) > 1) {
      part += ", attempt " + number_at(each, "attempts");
    }
    append_part(line, part);
  }
  const std::size_t all = instance.value("activity_count", activities.size());
  if (all > activities.size()) {
    line += " and " + std::to_string(all - activities.size()) + " more";
  }
  return line;
}

void show_longest(Output& output, const json& instances) {
  Table table({{"RUNNING LONGEST", false, true},
               {"ORCHESTRATION", false, true},
               {"AGE"},
               {.title = "UNCHANGED FOR", .gives_way = true},
               {.title = "ACTIVITIES", .shrinks = true, .may_lack = true}});
  for (const json& each : instances) {
    table.add({{text_at(each, "instance_id")},
               {text_at(each, "orchestration_name")},
               {age_at(output, each, "created_at")},
               {age_at(output, each, "updated_at")},
               each.contains("damage") ? Cell{"cannot be read", Color::red}
                                       : Cell{activities_of(output, each)}});
  }
  if (!table.empty()) {
    output.line();
    table.print(output);
  }
}

}  // namespace

void show_top(Output& output, const json& result) {
  const json& metrics = result["metrics"];
  const json& queues = metrics["queues"];
  output.field("at", time_at(result, "at") + " UTC");
  output.field("instances", counts_line(output, metrics));
  output.field("rates", rates_line(output, result));
  output.field("queues", number_at(queues, "orchestrator_queue") + " messages, " +
                             number_at(queues, "worker_queue") + " activities, " +
                             number_at(queues, "timer_queue") + " timers");
  output.field("stuck", stuck_line(output, result));
  const bool poison = metrics.value("quarantined", std::uint64_t{0}) != 0;
  output.field("quarantined",
               output.paint(poison ? Color::red : Color::plain, number_at(metrics, "quarantined")));
  output.field("size", bytes_text(metrics["store_bytes"]) + " in use, " +
                           bytes_text(metrics["store_file_bytes"]) + " of files with the log");
  show_longest(output, result["longest"]);
}

void redraw_top(Output& output, const json& result) {
  output.begin_frame();
  show_top(output, result);
  output.end_frame();
}

std::optional<Remark> top_notice(const json& result) {
  if (result.value("live", true)) {
    return std::nullopt;
  }
  return Remark{"no engine answers on this store, so this is how it stands"};
}

}  // namespace duroxide::cli
