// What a copy of instances has come to, for people.

#include <cstddef>
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "cli/show.hpp"
#include "cli/text.hpp"

namespace duroxide::cli {

namespace {

using nlohmann::json;

/// Some of many instances, with what is to be said of each, and how many more there are.
void show_some(Output& output, const json& listed, std::uint64_t all, std::string_view title) {
  Table table({{std::string(title), false, true}, {"WHY", false, true}});
  for (const json& each : listed) {
    table.add({{text_at(each, "instance_id")}, {text_at(each, "why")}});
  }
  if (table.empty()) {
    return;
  }
  table.print(output);
  if (table.rows() < all) {
    output.line(output.paint(Color::dim, "and " + std::to_string(all - table.rows()) + " more"));
  }
}

}  // namespace

void show_copied(Output& output, const json& result) {
  const auto count = [&](const char* name) { return result.value(name, std::uint64_t{0}); };
  const bool is_dry = result.contains("would_copy");
  std::string line = is_dry ? number_at(result, "would_copy") + " instances would be copied"
                            : number_at(result, "copied") + " instances copied";
  line += ", " + number_at(result, "already_there") + " there already";
  if (count("different") != 0) {
    line += ", " + output.paint(Color::red, number_at(result, "different") + " differ");
  }
  if (count("running") != 0) {
    line +=
        ", " + output.paint(Color::yellow, number_at(result, "running") + " run and are left out");
  }
  if (count("refused") != 0) {
    line += ", " + output.paint(Color::red, number_at(result, "refused") + " refused");
  }
  output.line(line);
  show_some(output, result["differences"], count("different"), "DIFFERS");
  show_some(output, result["refusals"], count("refused"), "REFUSED");
  json running = json::array();
  for (const json& instance : result["still_running"]) {
    running.push_back({{"instance_id", instance}, {"why", "--running copies it too"}});
  }
  show_some(output, running, count("running"), "RUNS");
}

}  // namespace duroxide::cli
