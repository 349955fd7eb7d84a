// What was done, mostly in a line, for people.

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "cli/show.hpp"
#include "cli/text.hpp"

namespace duroxide::cli {

using nlohmann::json;

void show_act(Output& output, const json& result, std::string_view what) {
  output.line(printable(text_at(result, "instance_id")).append(": ").append(what));
}

void show_would(Output& output, const json& instances, std::string_view what,
                std::string_view along) {
  Table table = instance_table();
  for (const json& each : instances) {
    add_instance(output, table, each);
  }
  if (table.empty()) {
    output.line(std::string("nothing would be ").append(what));
  } else {
    output.line(std::string("would be ").append(what).append(":"));
    table.print(output);
    if (!along.empty()) {
      output.line(output.paint(Color::dim, std::string("and ").append(along).append(" with them")));
    }
  }
}

void show_bulk(Output& output, const json& result, std::string_view what) {
  std::string line = number_at(result, "done") + " instances ";
  line.append(what);
  if (result.value("unchanged", std::uint64_t{0}) != 0) {
    line += ", " + number_at(result, "unchanged") + " left as they are";
  }
  const auto refused = result.value("refused", std::uint64_t{0});
  if (refused != 0) {
    line += ", " + output.paint(Color::red, std::to_string(refused) + " refused");
  }
  output.line(line);
  Table table({{"REFUSED", false, true}, {"WHY", false, true}});
  for (const json& each : result["refusals"]) {
    table.add({{text_at(each, "instance_id")}, {text_at(each, "why")}});
  }
  if (!table.empty()) {
    table.print(output);
  }
  if (table.rows() < refused) {
    output.line(
        output.paint(Color::dim, "and " + std::to_string(refused - table.rows()) + " more"));
  }
}

void show_scope(Output& output, const json& result, std::string_view what) {
  const std::string name = printable(text_at(result, "name"));
  std::string line = text_at(result, "scope");
  output.line(line.append(name.empty() ? "" : " ").append(name).append(": ").append(what));
}

void show_answer(Output& output, const json& result) {
  output.line(printable(text_at(result, "answer")));
}

void show_started(Output& output, const json& result) {
  // An engine of an earlier release does not say.
  show_act(output, result,
           result.value("replaced", false) ? "started, in the place of the one that had the id"
           : result.value("created", true) ? "started"
                                           : "was there already, and is as it was");
}

void show_released(Output& output, const json& result) {
  show_act(output, result, number_at(result, "released") + " released");
}

void show_restored(Output& output, const json& result) {
  show_act(output, result,
           number_at(result, "events_kept") + " events kept, " +
               number_at(result, "events_dropped") + " dropped, " +
               number_at(result, "activities_scheduled") + " activities scheduled");
}

void show_dropped(Output& output, const json& result) {
  show_act(output, result, "message " + number_at(result, "message_id") + " dropped");
}

void show_deleted(Output& output, const json& result) {
  if (!result.contains("would_delete")) {
    output.line(number_at(result, "instances_deleted") + " instances deleted, with " +
                number_at(result, "executions_deleted") + " executions, " +
                number_at(result, "events_deleted") + " events and " +
                number_at(result, "queue_messages_deleted") + " messages");
    return;
  }
  show_would(output, result["would_delete"], "deleted");
}

void show_pruned(Output& output, const json& result) {
  output.line(number_at(result, "executions_deleted") + " executions deleted, with " +
              number_at(result, "events_deleted") + " events, of " +
              number_at(result, "instances_processed") + " instances");
}

void show_backup(Output& output, const json& result) {
  output.line(number_at(result, "records") + " records, " + number_at(result, "bytes") +
              " bytes in " + printable(text_at(result, "directory")));
}

}  // namespace duroxide::cli
