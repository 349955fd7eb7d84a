// Commands that take instances up again elsewhere or at an earlier point.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "gateway/answers.hpp"
#include "gateway/bulk_commands.hpp"
#include "gateway/command_groups.hpp"
#include "gateway/commands.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;
using Type = ArgumentType;

/// Whether no event could have been named with which the instance were rewound.
bool cannot_rewind(const StoreInUse& store, const std::string& instance) {
  const auto info = store.management.get_instance_info(instance);
  return info && !info->status.is_failed();
}

Result<void, CommandError> check_rewind(const Arguments& arguments) {
  if (means_all(arguments) && (arguments.has("event") || arguments.has("skip"))) {
    return failure(usage_error("--event and --skip are about one instance, not about --all"));
  }
  return check_one_or_all(arguments);
}

CommandResult rewind(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  if (means_all(arguments)) {
    return act_on_all(store, arguments, sink, "rewind", BulkAction::rewind());
  }
  RewindOptions options;
  options.event_id = arguments.number("event");
  options.skip = arguments.numbers("skip");
  const std::string instance = arguments.text("instance");
  const auto restored = store.management.rewind_instance(instance, options);
  const bool names_no_event = !options.event_id && options.skip.empty();
  return !restored && (names_no_event || cannot_rewind(store, instance)) ? unless_refused(restored)
                                                                         : as_result(restored);
}

CommandResult messages(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const auto messages = store.management.list_messages(arguments.text("instance"));
  if (!messages) {
    return failure(CommandError(messages.error()));
  }
  return json{{"messages", json_of(*messages)}};
}

CommandResult drop(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const std::string instance = arguments.text("instance");
  const std::uint64_t message = *arguments.number("message");
  if (const auto done = store.management.drop_message(instance, message); !done) {
    return failure(refused_by_state(done.error()));
  }
  return json{{"instance_id", instance}, {"message_id", message}};
}

CommandResult fork(const StoreInUse& store, const Arguments& arguments, Sink&) {
  ForkOptions options;
  options.execution_id = arguments.number("execution");
  options.event_id = arguments.number("event");
  const std::string instance = arguments.text("instance");
  if (options.execution_id) {
    const auto found = store.management.get_execution_info(instance, *options.execution_id);
    if (!found) {
      return failure(CommandError(found.error()));
    }
  }
  return as_result(
      store.management.fork_instance(instance, arguments.text("new_instance"), options));
}

CommandResult export_instance(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const auto document = store.management.export_instance(arguments.text("instance"));
  if (!document) {
    return failure(CommandError(document.error()));
  }
  return json{{"document", *document}};
}

CommandResult import_instance(const StoreInUse& store, const Arguments& arguments, Sink&) {
  return as_result(store.management.import_instance(arguments.text("document"),
                                                    arguments.optional_text("new_instance")));
}

constexpr Argument last_event(std::string_view help) {
  return {.name = "event", .type = Type::number, .option = "--event", .help = help};
}

}  // namespace

std::vector<Command> restoring_commands() {
  return {
      {.name = "rewind",
       .help = "Take a failed instance, or many, up again before the failure",
       .examples = {"duroxide --store orders rewind order-7",
                    "duroxide --store orders rewind order-7 --event 12 --yes",
                    "duroxide --store orders rewind order-7 --skip 13",
                    "duroxide --store orders rewind --all --search 'connection refused' --yes"},
       .details =
           "The children that were under way and have failed since are rewound with it.\n\n"
           "With --all it is done to every instance that the filter chooses and that there is\n"
           "when it begins, and to the failed children of each; without --status, to those that\n"
           "have failed and were not cancelled. Some hundred go at a time, and are looked up\n"
           "right before. What is refused, or damaged, is told, and the others are gone on with\n"
           "(exit code 5 then). It can be interrupted and done again.",
       .arguments =
           one_or_all({one_unless_all,
                       last_event("the last event to keep; default: all before the failure"),
                       {.name = "skip",
                        .type = Type::digits,
                        .option = "--skip",
                        .help = "do not deliver this event again, a raised one or a message of a "
                                "queue; may be given several times",
                        .repeats = true}}),
       .question = "Drop the events after that for good?",
       .changes = true,
       .check = check_rewind,
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
