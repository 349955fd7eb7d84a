// Commands that steer instances, one or many.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "gateway/answers.hpp"
#include "gateway/bulk_commands.hpp"
#include "gateway/command_groups.hpp"
#include "gateway/commands.hpp"
#include "model/limits.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;
using Type = ArgumentType;

/// What is said of an instance to which something was done.
CommandResult of_instance(const std::string& instance, const Result<void, ClientError>& done) {
  if (!done) {
    return failure(CommandError(done.error()));
  }
  return json{{"instance_id", instance}};
}

/// In `raise`, `name` is that of the event.
constexpr std::string_view name_in_raise = "orchestration";

Result<void, CommandError> check_raise(const Arguments& arguments) {
  if (auto checked = check_one_or_all(arguments, name_in_raise); !checked) {
    return checked;
  }
  if (!arguments.has("name")) {
    return failure(usage_error("say which event, or which queue"));
  }
  if (const auto key = arguments.optional_text("key")) {
    if (auto checked = model::check_message_key(*key); !checked) {
      return failure(usage_error(std::move(checked).error().what));
    }
  }
  return {};
}

CommandResult raise(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  const std::string instance = arguments.text("instance");
  const std::string name = arguments.text("name");
  const std::string data = arguments.text("data");
  if (means_all(arguments)) {
    return act_on_all(store, arguments, sink, "raise",
                      arguments.flag("queue")
                          ? BulkAction::enqueue(name, data, arguments.optional_text("key"))
                          : BulkAction::raise(name, data, arguments.optional_text("key")),
                      name_in_raise);
  }
  Client client = store.client;
  RaiseOptions options;
  if (auto key = arguments.optional_text("key")) {
    options.key(std::move(*key));
  }
  const auto sent = arguments.flag("queue") ? client.enqueue_event(instance, name, data, options)
                                            : client.raise_event(instance, name, data, options);
  if (!sent && options.key()) {
    return failure(refused_by_state(sent.error()));
  }
  return of_instance(instance, sent);
}

CommandResult cancel(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  if (means_all(arguments)) {
    return act_on_all(store, arguments, sink, "cancel",
                      BulkAction::cancel(arguments.text("reason")));
  }
  const std::string instance = arguments.text("instance");
  Client client = store.client;
  return of_instance(instance, client.cancel_orchestration(instance, arguments.text("reason")));
}

CommandResult terminate(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  if (means_all(arguments)) {
    return act_on_all(store, arguments, sink, "terminate",
                      BulkAction::terminate(arguments.text("reason")));
  }
  const std::string instance = arguments.text("instance");
  return of_instance(instance,
                     store.management.terminate_instance(instance, arguments.text("reason")));
}

PauseScope scope_of(const Arguments& arguments) {
  if (auto instance = arguments.optional_text("instance")) {
    return PauseScope::of_instance(std::move(*instance));
  }
  auto orchestration = arguments.optional_text("orchestration");
  return orchestration ? PauseScope::of_orchestration(std::move(*orchestration))
                       : PauseScope::of_store();
}

CommandResult of_scope(const PauseScope& scope, const Result<void, ClientError>& done) {
  if (!done) {
    return failure(CommandError(done.error()));
  }
  return json{{"scope", to_string(scope.kind)}, {"name", scope.name}};
}

CommandResult pause(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  if (means_all(arguments)) {
    return act_on_all(store, arguments, sink, "pause", BulkAction::pause());
  }
  const PauseScope scope = scope_of(arguments);
  return of_scope(scope, store.management.pause(scope));
}

/// Adds what else keeps instances paused that were to be resumed, if anything does: what is paused by
/// its name or with the store is not resumed by itself.
CommandResult with_still_paused(const StoreInUse& store, const Arguments& arguments, json result) {
  const auto paused = store.management.list_paused();
  if (!paused) {
    return result;  // what was done is told in any case
  }
  const auto name = arguments.optional_text("name");
  json still = json::array();
  for (const PausedItem& each : *paused) {
    if (each.scope.kind == PauseScope::Kind::store ||
        (each.scope.kind == PauseScope::Kind::orchestration &&
         (!name || each.scope.name == *name))) {
      still.push_back({{"scope", to_string(each.scope.kind)}, {"name", each.scope.name}});
    }
  }
  if (!still.empty()) {
    result["still_paused"] = std::move(still);
  }
  return result;
}

CommandResult resume(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  if (means_all(arguments)) {
    auto result = act_on_all(store, arguments, sink, "resume", BulkAction::resume());
    return result && result->contains("done")
               ? with_still_paused(store, arguments, std::move(*result))
               : result;
  }
  const PauseScope scope = scope_of(arguments);
  return of_scope(scope, store.management.resume(scope));
}

CommandResult release(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const std::string instance = arguments.text("instance");
  const auto released = store.management.release_from_quarantine(instance);
  if (!released) {
    return failure(CommandError(released.error()));
  }
  return json{{"instance_id", instance}, {"released", *released}};
}

constexpr Argument its_reason{
    .name = "reason", .option = "--reason", .help = "why, for its failure"};

std::vector<Argument> scope_arguments() {
  return one_or_all(
      {one_unless_all,
       {.name = "orchestration",
        .type = Type::orchestration,
        .option = "--orchestration",
        .help = "all instances of an orchestration"},
       {.name = "store", .type = Type::flag, .option = "--everything", .help = "the whole store"}});
}

std::vector<Alternatives> one_scope() {
  return {{{"instance", "orchestration", "store", "all"}, true}};
}

/// A scope is no choice of many: a filter needs `--all`.
Result<void, CommandError> check_scope(const Arguments& arguments) {
  const bool scope = arguments.has("orchestration") || arguments.flag("store");
  if (scope && chooses(arguments)) {
    return failure(
        usage_error("a filter chooses instances with --all, not an orchestration or the store"));
  }
  return scope ? Result<void, CommandError>() : check_one_or_all(arguments);
}

constexpr std::string_view about_all =
    "With --all it is done to every instance that the filter chooses and that there is when it\n"
    "begins; without --status, to those that it makes sense for. Some hundred go at a time, and\n"
    "are looked up right before; a change in the moment between is not noticed if it still can be\n"
    "done. What is refused, or damaged, is told, and the others are gone on with (exit code 5\n"
    "then). It can be interrupted and done again.";
constexpr std::string_view about_ending_all =
    "The children that it waits for go with it.\n\n"
    "With --all it is done to every instance that the filter chooses and that there is when it\n"
    "begins, and to the children of each; without --status, to those that run. Some hundred go at\n"
    "a time, and are looked up right before; a change in the moment between is not noticed if it\n"
    "still can be done. What is refused, or damaged, is told, and the others are gone on with\n"
    "(exit code 5 then). It can be interrupted and done again.";
constexpr std::string_view about_resuming =
    "With --all it is done to every instance that the filter chooses and that there is when it\n"
    "begins; without --status, to those that are paused by themselves. What is paused by the name\n"
    "of its orchestration, or with the store, is resumed by --orchestration or --everything, as\n"
    "the command says then. What is refused, or damaged, is told, and the others are gone on with\n"
    "(exit code 5 then). It can be interrupted and done again.";
constexpr std::string_view about_raising_at_all =
    "With --all it is sent to every instance that the filter chooses and that there is when it\n"
    "begins; without --status, to those that run. Some hundred go at a time, and are looked up\n"
    "right before. What is refused is told, and the others are gone on with (exit code 5 then).\n"
    "Done again, it is sent again, unless it has a --key: under the same key it is delivered "
    "once,\n"
    "also if its instance has ended since. A key that another event or message has had is refused.";

}  // namespace

std::vector<Command> acting_commands() {
  return {
      {.name = "raise",
       .help = "Send an event, or a message for a queue, to an instance or to many",
       .examples = {"duroxide --store orders raise order-7 Approved --data yes",
                    "duroxide --store orders raise order-7 Paid --data 450 --key payment-17",
                    "duroxide --store orders raise order-7 parcels --data box-3 --queue",
                    "duroxide --store orders raise --all Approved --name Order --dry-run"},
       .details = about_raising_at_all,
       .arguments = one_or_all(
           {one_unless_all,
            {.name = "name", .option = "event", .help = "the name of the event or the queue"},
            {.name = "data", .option = "-d,--data", .by_default = ""},
            {.name = "queue",
             .type = Type::flag,
             .option = "--queue",
             .help = "put it into the queue of that name"},
            {.name = "key",
             .option = "--key",
             .help = "its own name: sent again under the same, it is delivered once"}},
           name_in_raise),
       .changes = true,
       .check = check_raise,
       .run = raise},
      {.name = "cancel",
       .help = "Ask an instance, or many, to stop; the code may clean up first",
       .examples = {"duroxide --store orders cancel order-7 --reason 'out of tea'",
                    "duroxide --store orders cancel --all --name Order --since 2h --dry-run"},
       .details = about_ending_all,
       .arguments = one_or_all({one_unless_all, its_reason}),
       .changes = true,
       .check = check_one_or_all,
       .run = cancel},
      {.name = "terminate",
       .help = "End an instance, or many, at once, without the code being told",
       .examples = {"duroxide --store orders terminate order-7 --reason 'out of control' --yes",
                    "duroxide --store orders terminate --all --prefix load-test- --yes"},
       .details = about_ending_all,
       .arguments = one_or_all({one_unless_all,
                                {.name = "reason",
                                 .option = "--reason",
                                 .help = "why, for its failure",
                                 .by_default = "terminated"}}),
       .question = "End it for good, without a chance for its code to clean up?",
       .changes = true,
       .check = check_one_or_all,
       .run = terminate},
      {.name = "pause",
       .help = "Hand out no more turns of an instance, of many, of an orchestration or the store",
       .examples = {"duroxide --store orders pause order-7",
                    "duroxide --store orders pause --orchestration Ship",
                    "duroxide --store orders pause --all --name Ship --tag eu",
                    "duroxide --store orders pause --everything"},
       .details = about_all,
       .arguments = scope_arguments(),
       .alternatives = one_scope(),
       .changes = true,
       .check = check_scope,
       .run = pause},
      {.name = "resume",
       .help = "Go on with what was paused",
       .examples = {"duroxide --store orders resume order-7",
                    "duroxide --store orders resume --all --name Ship",
                    "duroxide --store orders resume --everything"},
       .details = about_resuming,
       .arguments = scope_arguments(),
       .alternatives = one_scope(),
       .changes = true,
       .check = check_scope,
       .run = resume},
      {.name = "release",
       .help = "Let an instance out of quarantine, with its activities",
       .examples = {"duroxide --store orders release order-7"},
       .arguments = {its_id},
       .changes = true,
       .run = release},
  };
}

}  // namespace duroxide::gateway
