// Events and messages, for people.

#include <algorithm>
#include <array>
#include <string>

#include <nlohmann/json.hpp>

#include "cli/show.hpp"
#include "cli/text.hpp"

namespace duroxide::cli {

namespace {

using nlohmann::json;

/// What an event carries: the first of its members that holds a text of its user's.
std::string payload_of(const json& event) {
  for (const char* name : {"output", "result", "data", "input", "value", "reason", "status",
                           "instance", "guid", "fire_at", "time"}) {
    if (event.contains(name)) {
      return text_at(event, name);
    }
  }
  return event.contains("details") ? text_at(event["details"], "message") : std::string();
}

Color color_of_event(const std::string& type) {
  return type.find("Failed") != std::string::npos      ? Color::red
         : type.find("Cancel") != std::string::npos    ? Color::yellow
         : type.find("Completed") != std::string::npos ? Color::green
                                                       : Color::plain;
}

std::string clock_time(const json& event, const char* name = "timestamp") {
  const std::string text = exact_time_at(event, name);
  constexpr std::size_t after_date = 11;
  return text.size() > after_date ? text.substr(after_date) : text;
}

/// What an instance has said with the change.
std::string words_of(const json& change) {
  return change.contains("error")           ? text_at(change["error"], "text")
         : change.contains("custom_status") ? text_at(change, "custom_status")
                                            : std::string();
}

Color color_of_change(const std::string& kind) {
  return kind == "failed"      ? Color::red
         : kind == "cancelled" ? Color::yellow
         : kind == "completed" ? Color::green
         : kind == "started"   ? Color::cyan
                               : Color::plain;
}

}  // namespace

void show_history(Output& output, const json& result) {
  output.line(output.paint(Color::dim, printable(text_at(result, "instance_id")) + ", execution " +
                                           number_at(result, "execution_id")));
  Table table(
      {{"#", true}, {"TIME (UTC)"}, {"OF", true}, {"EVENT", false, true}, {"", false, true}});
  for (const json& event : result["events"]) {
    table.add({{number_at(event, "event_id")},
               {exact_time_at(event, "timestamp")},
               {event.contains("source_event_id") ? number_at(event, "source_event_id") : ""},
               {text_at(event, "description"), color_of_event(text_at(event, "type"))},
               {payload_of(event)}});
  }
  table.print(output);
}

void show_event(Output& output, const json& event) {
  std::string start = clock_time(event) + "  " + number_at(event, "execution_id") + "." +
                      number_at(event, "event_id");
  start.resize(std::max<std::size_t>(start.size(), 22), ' ');
  const std::string about = printable(text_at(event, "description"));
  std::string payload = printable(payload_of(event));
  if (output.width() > 0) {
    const std::size_t used = start.size() + 2 + width_of(about) + 2;
    payload = cut(payload, output.width() > used ? output.width() - used : 0);
  }
  output.line(output.paint(Color::dim, start) + "  " +
              output.paint(color_of_event(text_at(event, "type")), about) +
              (payload.empty() ? "" : "  " + payload));
}

void show_change(Output& output, const json& change) {
  const std::string kind = text_at(change, "kind");
  if (kind == "following") {
    output.line(output.paint(Color::dim, "following what happens from now on"));
    return;
  }
  if (kind == "missed") {
    output.line(output.paint(Color::yellow, number_at(change, "count") +
                                                " changes were missed: this reader is too slow"));
    return;
  }
  constexpr std::size_t longest_kind = 16;
  const std::string time = clock_time(change, "at") + "  ";
  std::string rest = printable(text_at(change, "instance_id")) + "  " +
                     printable(text_at(change, "orchestration_name"));
  if (const std::string words = printable(words_of(change)); !words.empty()) {
    rest.append("  ").append(words);
  }
  if (output.width() > 0) {
    const std::size_t used = time.size() + longest_kind + 2;
    rest = cut(rest, output.width() > used ? output.width() - used : 0);
  }
  const std::string padding(longest_kind + 2 - std::min(kind.size(), longest_kind), ' ');
  output.line(output.paint(Color::dim, time) + output.paint(color_of_change(kind), kind) + padding +
              rest);
}

void show_tail_end(Output& output, const json& result) {
  if (result.value("deleted", false)) {
    output.line(output.paint(Color::yellow, "the instance was deleted"));
  }
}

std::optional<Remark> tail_notice(const json& result) {
  if (result.value("ended", false)) {
    return std::nullopt;
  }
  return Remark{"no engine answers on this store, so this is the history as it stands"};
}

void show_messages(Output& output, const json& result) {
  Table table(
      {{"MESSAGE", true}, {"PLACE"}, {"KIND"}, {"NAME", false, true}, {"DATA", false, true}});
  for (const json& each : result["messages"]) {
    table.add(
        {{each["message_id"] == 0 ? "" : number_at(each, "message_id")},
         {text_at(each, "place")},
         {text_at(each, "kind")},
         {each["event_id"] == 0 ? text_at(each, "name") : "event " + number_at(each, "event_id")},
         {text_at(each, "data")}});
  }
  if (table.empty()) {
    output.line("no messages");
  } else {
    table.print(output);
  }
}

}  // namespace duroxide::cli
