// Listings, one instance, and trees, for people.

#include <map>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/show.hpp"
#include "cli/text.hpp"

namespace duroxide::cli {

namespace {

using nlohmann::json;

std::string joined(const json& texts) {
  std::string line;
  for (const json& text : texts) {
    line.append(line.empty() ? "" : ", ").append(text.get<std::string>());
  }
  return line;
}

void show_outcome(Output& output, const json& status) {
  const std::string state =
      status.value("cancelled", false) ? "Cancelled" : text_at(status, "state");
  output.field("status", output.paint(color_of(state), state));
  if (status.contains("output")) {
    output.field("output", printable(text_at(status, "output")));
  }
  if (status.contains("error")) {
    const json& error = status["error"];
    output.field("error", printable(text_at(error, "text")));
    if (error.contains("came_through")) {
      output.field("came through", printable(text_at(error, "came_through")));
    }
    if (error.contains("data")) {
      output.field("error data", printable(text_at(error["data"], "type") + " " +
                                           text_at(error["data"], "payload")));
    }
    if (error.value("do_not_retry", false)) {
      output.field("retries", "none: the error says that another attempt would come to the same");
    }
  }
  if (!status["custom_status"].is_null()) {
    output.field("custom status", printable(text_at(status, "custom_status")));
  }
}

void show_executions(Output& output, const json& executions) {
  Table table({{"EXECUTION", true}, {"STATUS"}, {"STARTED"}, {"ENDED"}, {"EVENTS", true}});
  for (const json& each : executions) {
    table.add({{number_at(each, "execution_id")},
               status_cell(each),
               {time_at(each, "started_at")},
               {time_at(each, "completed_at")},
               {number_at(each, "event_count")}});
  }
  output.line();
  table.print(output);
}

void add_waits(const Output& output, Table& table, const json& waits, const std::string& what,
               const char* since, const char* more) {
  for (const json& each : waits) {
    std::string name = text_at(each, "name");
    std::string about = text_at(each, more);
    if (about.empty() && each.contains("progress") && !each["progress"].is_null()) {
      about = "progress: " + text_at(each, "progress");
    }
    const std::string kind = each.value("is_queue", false) ? "queue" : what;
    table.add({{kind},
               {name},
               {number_at(each, "correlation_id")},
               {age_at(output, each, since)},
               {about}});
  }
}

/// What it waits for, and how long already.
void show_waits(Output& output, const json& execution) {
  Table table(
      {{"WAITS FOR"}, {"NAME", false, true}, {"EVENT", true}, {"SINCE"}, {"", false, true}});
  add_waits(output, table, execution["pending_activities"], "activity", "scheduled_at",
            "waiting_for");
  add_waits(output, table, execution["pending_timers"], "timer", "scheduled_at", "fire_at");
  add_waits(output, table, execution["pending_events"], "event", "subscribed_at", "");
  add_waits(output, table, execution["pending_children"], "child", "scheduled_at", "instance");
  if (!table.empty()) {
    output.line();
    table.print(output);
  }
}

void show_values(Output& output, const json& values) {
  Table table({{"KEY", false, true}, {"VALUE", false, true}, {"UPDATED"}});
  for (const json& each : values) {
    table.add({{text_at(each, "key")}, {text_at(each, "value")}, {time_at(each, "updated_at")}});
  }
  if (!table.empty()) {
    output.line();
    table.print(output);
  }
}

/// Why it failed, in short: a listing has a line for each.
std::string short_error(const json& summary) {
  constexpr std::size_t longest = 80;
  const auto error = summary.find("error");
  return error == summary.end() || !error->is_object() ? std::string()
                                                       : cut(text_at(*error, "text"), longest);
}

}  // namespace

Table instance_table() {
  return Table({{"INSTANCE", false, true},
                {"ORCHESTRATION", false, true},
                {"VERSION"},
                {"STATUS"},
                {.title = "CREATED (UTC)", .gives_way = true},
                {"AGE"},
                {"UPDATED"},
                {.title = "ERROR", .shrinks = true, .may_lack = true}});
}

void add_instance(const Output& output, Table& table, const json& summary) {
  table.add({{text_at(summary, "instance_id")},
             {text_at(summary, "orchestration_name")},
             {text_at(summary, "version")},
             status_cell(summary),
             {time_at(summary, "created_at")},
             {age_at(output, summary, "created_at")},
             {age_at(output, summary, "updated_at") + " ago"},
             {short_error(summary)}});
}

void show_list(Output& output, const json& result) {
  Table table = instance_table();
  for (const json& each : result["instances"]) {
    add_instance(output, table, each);
  }
  if (table.empty()) {
    output.line("no instances");
  } else {
    table.print(output);
  }
  if (!result["next_cursor"].is_null()) {
    output.line(
        output.paint(Color::dim, "more: --cursor " + printable(text_at(result, "next_cursor"))));
  }
}

void show_count(Output& output, const json& result) {
  output.line(number_at(result, "count"));
}

void show_instance(Output& output, const json& result) {
  const json& info = result["info"];
  output.field("instance", printable(text_at(info, "instance_id")));
  output.field("orchestration", printable(text_at(info, "orchestration_name")) + " " +
                                    printable(text_at(info, "orchestration_version")));
  show_outcome(output, info["status"]);
  for (const char* name : {"created_at", "updated_at"}) {
    output.field(std::string(name).substr(0, 7),
                 time_at(info, name) + " UTC, " + age_at(output, info, name) + " ago");
  }
  output.field("execution", number_at(info, "current_execution_id") + ", with " +
                                number_at(info, "event_count") + " events");
  if (!info["parent_instance_id"].is_null()) {
    output.field("parent", printable(text_at(info, "parent_instance_id")));
  }
  if (!info["tags"].empty()) {
    output.field("tags", printable(joined(info["tags"])));
  }
  if (!info["waiting_for"].is_null()) {
    output.field("held up by",
                 output.paint(Color::yellow, printable(text_at(info, "waiting_for"))));
  }
  if (const auto kept = info.value("kept_messages", std::uint64_t{0}); kept != 0) {
    output.field("keeps", std::to_string(kept) + (kept == 1 ? " message" : " messages") +
                              " that it did not take; a rewind delivers " +
                              (kept == 1 ? "it" : "them"));
  }
  if (result.contains("damage") && !result["damage"].is_null()) {
    output.field("damaged", output.paint(Color::red, printable(text_at(result, "damage"))));
  }
  if (!result["current_execution"].is_null()) {
    show_waits(output, result["current_execution"]);
  }
  if (result["executions"].size() > 1) {
    show_executions(output, result["executions"]);
  }
  show_values(output, result["values"]);
}

void show_tree(Output& output, const json& result) {
  // Depth first, so a row's branch is known from the rows that follow with the same parent.
  std::map<std::string, std::vector<const json*>> children;
  const json& instances = result["instances"];
  for (std::size_t i = 1; i < instances.size(); ++i) {
    children[text_at(instances[i], "parent_instance")].push_back(&instances[i]);
  }
  struct Open {
    const json* instance;
    std::string before;  // drawn before it
    std::string below;   // drawn before what is below it
  };
  std::vector<Open> open;
  if (!instances.empty()) {
    open.push_back({&instances[0], "", ""});
  }
  while (!open.empty()) {
    const Open each = open.back();
    open.pop_back();
    const Cell status = status_cell(*each.instance);
    output.line(each.before + printable(text_at(*each.instance, "instance_id")) + "  " +
                output.paint(Color::dim, printable(text_at(*each.instance, "orchestration_name"))) +
                "  " + output.paint(status.color, status.text));
    const auto& below = children[text_at(*each.instance, "instance_id")];
    for (std::size_t i = below.size(); i-- > 0;) {
      const bool last = i + 1 == below.size();
      open.push_back(
          {below[i], each.below + (last ? "└─ " : "├─ "), each.below + (last ? "   " : "│  ")});
    }
  }
  if (result.value("truncated", false)) {
    output.line(output.paint(
        Color::dim, "there are more; see them with a higher --limit, or with `list --parent`"));
  }
}

}  // namespace duroxide::cli
