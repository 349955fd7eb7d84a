// Commands that look at the store as a whole.

#include <utility>

#include "control/command_groups.hpp"
#include "control/json_types.hpp"

namespace duroxide::control {

namespace {

using nlohmann::json;

json stats(const Session& session, const Arguments&, Sink&) {
  return json_of(value_of(session.management.get_system_metrics()));
}

json health(const Session& session, const Arguments&, Sink&) {
  return json_of(value_of(session.management.get_system_health()));
}

json stuck(const Session& session, const Arguments& arguments, Sink&) {
  StuckFilter filter;
  filter.no_progress_for = arguments.duration("no_progress_for");
  filter.limit = arguments.small_number("limit").value_or(filter.limit);
  return {{"instances", json_of(value_of(session.management.list_stuck(filter)))},
          {"quarantined", json_of(value_of(session.management.list_quarantined()))},
          {"paused", json_of(value_of(session.management.list_paused()))}};
}

}  // namespace

void add_store_reading_commands(std::vector<Command>& commands) {
  commands.push_back({"stats", {}, false, false, stats});
  commands.push_back({"health", {}, false, false, health});
  commands.push_back({"stuck", {"no_progress_for", "limit"}, false, false, stuck});
}

}  // namespace duroxide::control
