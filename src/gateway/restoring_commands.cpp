// Commands that take instances up again elsewhere or at an earlier point.

#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "gateway/command_groups.hpp"
#include "gateway/json_types.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;

std::uint64_t number_of(const std::string& name, const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) {
    throw CommandFailure(CommandError::Kind::usage, name + ": `" + text + "` is no number");
  }
  return number;
}

std::vector<std::uint64_t> numbers_of(const std::vector<std::string>& texts) {
  std::vector<std::uint64_t> numbers;
  numbers.reserve(texts.size());
  for (const std::string& text : texts) {
    numbers.push_back(number_of("skip", text));
  }
  return numbers;
}

json rewind(const StoreInUse& store, const Arguments& arguments, Sink&) {
  RewindOptions options;
  options.event_id = arguments.number("event");
  options.skip = numbers_of(arguments.texts("skip"));
  const std::string instance = arguments.text("instance");
  auto restored = store.management.rewind_instance(instance, options);
  // Without an event there is nothing else to be wrong than its state.
  if (!restored && restored.error().kind == ClientError::Kind::invalid_input &&
      ((!options.event_id && options.skip.empty()) ||
       !value_of(store.management.get_instance_info(instance)).status.is_failed())) {
    throw CommandFailure(CommandError::Kind::refused, std::move(restored).error().message);
  }
  return json_of(value_of(std::move(restored)));
}

json messages(const StoreInUse& store, const Arguments& arguments, Sink&) {
  return {
      {"messages", json_of(value_of(store.management.list_messages(arguments.text("instance"))))}};
}

json drop(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const std::string instance = arguments.text("instance");
  const std::uint64_t message = number_of("message", arguments.text("message"));
  auto done = store.management.drop_message(instance, message);
  if (!done && done.error().kind == ClientError::Kind::invalid_input) {
    throw CommandFailure(CommandError::Kind::refused, std::move(done).error().message);
  }
  (void)value_of(std::move(done));
  return {{"instance_id", instance}, {"message_id", message}};
}

json fork(const StoreInUse& store, const Arguments& arguments, Sink&) {
  ForkOptions options;
  options.execution_id = arguments.number("execution");
  options.event_id = arguments.number("event");
  const std::string instance = arguments.text("instance");
  const std::string new_instance = arguments.text("new_instance");
  if (options.execution_id) {
    (void)value_of(store.management.get_execution_info(instance, *options.execution_id));
  }
  return json_of(value_of(store.management.fork_instance(instance, new_instance, options)));
}

json export_instance(const StoreInUse& store, const Arguments& arguments, Sink&) {
  return {{"document", value_of(store.management.export_instance(arguments.text("instance")))}};
}

json import_instance(const StoreInUse& store, const Arguments& arguments, Sink&) {
  return json_of(value_of(store.management.import_instance(
      arguments.text("document"), arguments.optional_text("new_instance"))));
}

}  // namespace

void add_restoring_commands(std::vector<Command>& commands) {
  commands.push_back({"rewind", {"instance", "event", "skip"}, true, false, rewind});
  commands.push_back({"messages", {"instance"}, false, false, messages});
  commands.push_back({"drop", {"instance", "message"}, true, false, drop});
  commands.push_back(
      {"fork", {"instance", "new_instance", "execution", "event"}, true, false, fork});
  commands.push_back({"export", {"instance"}, false, false, export_instance});
  commands.push_back({"import", {"document", "new_instance"}, true, false, import_instance});
}

}  // namespace duroxide::gateway
