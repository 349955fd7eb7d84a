// Commands that take instances up again elsewhere or at an earlier point.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gateway/command_groups.hpp"
#include "gateway/commands.hpp"
#include "gateway/json_types.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;
using Type = ArgumentType;

json rewind(const StoreInUse& store, const Arguments& arguments, Sink&) {
  RewindOptions options;
  options.event_id = arguments.number("event");
  options.skip = arguments.numbers("skip");
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
  const std::uint64_t message = *arguments.number("message");
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

constexpr Argument last_event(std::string_view help) {
  return {.name = "event", .type = Type::number, .option = "--event", .help = help};
}

}  // namespace

std::vector<Command> restoring_commands() {
  return {
      {.name = "rewind",
       .help = "Take a failed instance up again before its failure",
       .examples = {"duroxide --store orders rewind order-7",
                    "duroxide --store orders rewind order-7 --event 12 --yes",
                    "duroxide --store orders rewind order-7 --skip 13"},
       .arguments = {its_id,
                     last_event("the last event to keep; default: all before the failure"),
                     {.name = "skip",
                      .type = Type::digits,
                      .option = "--skip",
                      .help = "do not deliver this event again, a raised one or a message of a "
                              "queue; may be given several times",
                      .repeats = true}},
       .question = "Drop the events after that for good?",
       .changes = true,
       .run = rewind},
      {.name = "messages",
       .help = "Show what an instance has been sent and its code has not seen",
       .examples = {"duroxide --store orders messages order-7"},
       .arguments = {its_id},
       .run = messages},
      {.name = "drop",
       .help = "Drop a raised event or a message of a queue that waits or is kept",
       .examples = {"duroxide --store orders drop order-7 1099511627777 --yes"},
       .arguments = {its_id,
                     {.name = "message",
                      .type = Type::digits,
                      .option = "message",
                      .help = "its number, as `messages` shows it",
                      .required = true}},
       .question = "Drop the message for good?",
       .changes = true,
       .run = drop},
      {.name = "fork",
       .help = "Start a new instance with the history of another",
       .examples = {"duroxide --store orders fork order-7 order-7-again --event 12"},
       .arguments = {{.name = "instance",
                      .type = Type::instance,
                      .option = "instance",
                      .help = "the one to copy",
                      .required = true},
                     {.name = "new_instance",
                      .option = "new-instance",
                      .help = "the id of the new one",
                      .required = true},
                     execution_argument("default: the current one"),
                     last_event("the last event to keep; default: all")},
       .changes = true,
       .run = fork},
      {.name = "export",
       .help = "Write an instance, with all its events, as JSON",
       .examples = {"duroxide --store orders export order-7 > order-7.json",
                    "duroxide --store orders export order-7 --output order-7.json"},
       .arguments = {its_id,
                     {.name = "output",
                      .type = Type::file,
                      .option = "-o,--output",
                      .help = "into this file",
                      .local = true}},
       .run = export_instance},
      {.name = "import",
       .help = "Bring an exported instance into the store",
       .examples = {"duroxide --store copy import order-7.json",
                    "duroxide --store orders import order-7.json --as order-8"},
       .arguments = {{.name = "document",
                      .type = Type::content,
                      .option = "file",
                      .help = "what `export` has written; `-` for standard input",
                      .required = true},
                     {.name = "new_instance",
                      .option = "--as",
                      .help = "under this id instead of its own"}},
       .changes = true,
       .run = import_instance},
  };
}

}  // namespace duroxide::gateway
