// The store as a whole, for people.

#include <nlohmann/json.hpp>

#include "cli/show.hpp"
#include "cli/text.hpp"
#include "gateway/time_text.hpp"

namespace duroxide::cli {

namespace {

using nlohmann::json;

void show_numbers(Output& output, const json& object,
                  std::initializer_list<std::pair<const char*, const char*>> names) {
  for (const auto& [label, name] : names) {
    output.field(label, number_at(object, name));
  }
}

}  // namespace

std::string bytes_text(const json& bytes) {
  const double mebibytes = bytes.get<double>() / (1024 * 1024);
  std::string text(32, '\0');
  text.resize(
      static_cast<std::size_t>(std::snprintf(text.data(), text.size(), "%.1f MiB", mebibytes)));
  return text;
}

void show_stats(Output& output, const json& result) {
  show_numbers(output, result,
               {{"instances", "total_instances"},
                {"running", "running_instances"},
                {"completed", "completed_instances"},
                {"failed", "failed_instances"},
                {"cancelled", "cancelled_instances"},
                {"paused", "paused_instances"},
                {"executions", "total_executions"},
                {"events", "total_events"},
                {"quarantined", "quarantined"}});
  show_numbers(output, result["queues"],
               {{"messages queued", "orchestrator_queue"},
                {"activities queued", "worker_queue"},
                {"timers", "timer_queue"}});
  output.field("size", bytes_text(result["store_bytes"]));
  if (result.contains("store_file_bytes")) {  // an engine of an earlier release does not say
    output.field("reusable", bytes_text(result["store_reusable_bytes"]));
    output.field("size of file", bytes_text(result["store_file_bytes"]));
  }
  if (result.value("damaged_pages", 0) != 0) {
    output.field("damaged pages", number_at(result, "damaged_pages"));
  }
  if (result.value("overdue_turns", 0) != 0) {
    output.field("overdue turns", number_at(result, "overdue_turns"));
  }
  output.field("readers", number_at(result, "readers"));
  output.field("oldest reader",
               gateway::duration_text(Milliseconds(result["oldest_reader_age_ms"].get<long>())));
}

void show_health(Output& output, const json& result) {
  output.field("score", number_at(result, "health_score") +
                            " of 100: " + text_at(result, "health_explanation"));
  show_numbers(output, result,
               {{"instances", "total_instances"},
                {"running", "running_instances"},
                {"completed", "completed_instances"},
                {"failed", "failed_instances"},
                {"cancelled", "cancelled_instances"},
                {"paused", "paused_instances"},
                {"running over 24h", "long_running_instances"},
                {"failed within 1h", "recent_failures"}});
}

void show_stuck(Output& output, const json& result) {
  Table table({{"INSTANCE", false, true},
               {"ORCHESTRATION", false, true},
               {"KIND"},
               {"SINCE"},
               {"WAITS FOR", false, true}});
  for (const json& each : result["instances"]) {
    table.add({{text_at(each, "instance_id")},
               {text_at(each, "orchestration_name")},
               {text_at(each, "kind"), color_of(text_at(each, "kind"))},
               {age_at(output, each, "since")},
               {text_at(each, "waiting_for")}});
  }
  for (const json& each : result["quarantined"]) {
    if (number_at(each, "event_id") != "0") {
      table.add({{text_at(each, "instance_id")},
                 {"activity " + text_at(each, "activity_name")},
                 {"quarantined", Color::red},
                 {age_at(output, each, "since")},
                 {text_at(each, "reason")}});
    }
  }
  for (const json& each : result["paused"]) {
    if (text_at(each, "scope") != "instance") {
      table.add({{"(" + text_at(each, "scope") + ")"},
                 {text_at(each, "name")},
                 {"paused", Color::yellow},
                 {age_at(output, each, "since")},
                 {"a resume"}});
    }
  }
  if (table.empty()) {
    output.line("nothing is stuck");
  } else {
    table.print(output);
  }
  if (result.value("truncated", false)) {
    output.line(output.paint(Color::dim, "there are more; see them with a higher --limit"));
  }
}

void show_verify(Output& output, const json& result) {
  output.line(number_at(result, "records_checked") + " records of " +
              number_at(result, "instances_checked") + " instances were checked: " +
              (result.value("clean", false)
                   ? output.paint(Color::green, "all is well")
                   : output.paint(Color::red, number_at(result, "problem_count") + " problems")));
  Table table(
      {{"TABLE"}, {"INSTANCE", false, true}, {"KEY", false, true}, {"PROBLEM", false, true}});
  for (const json& each : result["problems"]) {
    table.add({{text_at(each, "table")},
               {text_at(each, "instance_id")},
               {text_at(each, "key")},
               {text_at(each, "what")}});
  }
  if (!table.empty()) {
    table.print(output);
  }
}

}  // namespace duroxide::cli
