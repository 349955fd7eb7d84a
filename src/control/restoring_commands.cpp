// Commands that take instances up again elsewhere or at an earlier point.

#include <string>
#include <utility>

#include "control/command_groups.hpp"
#include "control/json_types.hpp"

namespace duroxide::control {

namespace {

using nlohmann::json;

json rewind(const Session& session, const Arguments& arguments, Sink&) {
  RewindOptions options;
  options.event_id = arguments.number("event");
  const std::string instance = arguments.text("instance");
  auto restored = session.management.rewind_instance(instance, options);
  // Without an event there is nothing else to be wrong than its state.
  if (!restored && restored.error().kind == ClientError::Kind::invalid_input &&
      (!options.event_id ||
       !value_of(session.management.get_instance_info(instance)).status.is_failed())) {
    throw CommandFailure(CommandError::Kind::refused, std::move(restored).error().message);
  }
  return json_of(value_of(std::move(restored)));
}

json fork(const Session& session, const Arguments& arguments, Sink&) {
  ForkOptions options;
  options.execution_id = arguments.number("execution");
  options.event_id = arguments.number("event");
  const std::string instance = arguments.text("instance");
  const std::string new_instance = arguments.text("new_instance");
  if (options.execution_id) {
    (void)value_of(session.management.get_execution_info(instance, *options.execution_id));
  }
  return json_of(value_of(session.management.fork_instance(instance, new_instance, options)));
}

json export_instance(const Session& session, const Arguments& arguments, Sink&) {
  return {{"document", value_of(session.management.export_instance(arguments.text("instance")))}};
}

json import_instance(const Session& session, const Arguments& arguments, Sink&) {
  return json_of(value_of(session.management.import_instance(
      arguments.text("document"), arguments.optional_text("new_instance"))));
}

}  // namespace

void add_restoring_commands(std::vector<Command>& commands) {
  commands.push_back({"rewind", {"instance", "event"}, true, false, rewind});
  commands.push_back(
      {"fork", {"instance", "new_instance", "execution", "event"}, true, false, fork});
  commands.push_back({"export", {"instance"}, false, false, export_instance});
  commands.push_back({"import", {"document", "new_instance"}, true, false, import_instance});
}

}  // namespace duroxide::control
