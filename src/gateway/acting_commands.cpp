// Commands that start instances and steer them.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "gateway/answers.hpp"
#include "gateway/command_groups.hpp"
#include "gateway/commands.hpp"

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

struct NamedPolicy {
  std::string_view name;
  ReusePolicy policy;
};
constexpr std::array<NamedPolicy, 4> policies{{
    {"reject", ReusePolicy::reject},
    {"use-existing", ReusePolicy::use_existing},
    {"same-input", ReusePolicy::use_existing_same_input},
    {"terminate", ReusePolicy::terminate_existing},
}};
constexpr auto policy_names = [] {
  std::array<std::string_view, policies.size()> names;
  std::transform(policies.begin(), policies.end(), names.begin(),
                 [](const NamedPolicy& each) { return each.name; });
  return names;
}();

ReusePolicy reuse_policy(const Arguments& arguments) {
  if (const auto name = arguments.optional_text("reuse")) {
    return std::find_if(policies.begin(), policies.end(),
                        [&](const NamedPolicy& each) { return each.name == *name; })
        ->policy;
  }
  return arguments.flag("same_input")     ? ReusePolicy::use_existing_same_input
         : arguments.flag("use_existing") ? ReusePolicy::use_existing
                                          : ReusePolicy::reject;
}

/// Whether a new instance may not take the place of this one, because a parent may wait for it.
bool is_child(const StoreInUse& store, const std::string& instance) {
  const auto info = store.management.get_instance_info(instance);
  return info && info->parent_instance_id;
}

StartOptions start_options(const Arguments& arguments) {
  StartOptions options;
  if (auto version = arguments.optional_text("version")) {
    options.version(std::move(*version));
  }
  if (const auto delay = arguments.duration("delay")) {
    options.delay(*delay);
  }
  if (auto parent = arguments.optional_text("parent")) {
    options.parent(std::move(*parent));
  }
  for (std::string& tag : arguments.texts("tags")) {
    options.tag(std::move(tag));
  }
  options.reuse(reuse_policy(arguments));
  return options;
}

CommandResult start(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const std::string instance = arguments.text("instance");
  const std::string orchestration = arguments.text("orchestration");
  Client client = store.client;
  const StartOptions options = start_options(arguments);
  const auto started =
      client.start_orchestration(instance, orchestration, arguments.text("input"), options);
  if (!started) {
    return failure(options.reuse() == ReusePolicy::terminate_existing && is_child(store, instance)
                       ? refused_by_state(started.error())
                       : CommandError(started.error()));
  }
  json result{{"instance_id", instance},
              {"created", started->created()},
              {"replaced", started->replaced()}};
  if (const auto missing =
          store.missing_registration(orchestration, arguments.optional_text("version"))) {
    result["warning"] = {{"kind", "not_registered"},
                         {"message", "the engine cannot run it, and it waits: " + *missing}};
  }
  return result;
}

CommandResult raise(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const std::string instance = arguments.text("instance");
  const std::string name = arguments.text("name");
  const std::string data = arguments.text("data");
  Client client = store.client;
  return of_instance(instance, arguments.flag("queue") ? client.enqueue_event(instance, name, data)
                                                       : client.raise_event(instance, name, data));
}

CommandResult cancel(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const std::string instance = arguments.text("instance");
  Client client = store.client;
  return of_instance(instance, client.cancel_orchestration(instance, arguments.text("reason")));
}

CommandResult terminate(const StoreInUse& store, const Arguments& arguments, Sink&) {
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

CommandResult pause(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const PauseScope scope = scope_of(arguments);
  return of_scope(scope, store.management.pause(scope));
}

CommandResult resume(const StoreInUse& store, const Arguments& arguments, Sink&) {
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
  return {
      {.name = "instance", .type = Type::instance, .option = "instance", .help = "one instance"},
      {.name = "orchestration",
       .type = Type::orchestration,
       .option = "--orchestration",
       .help = "all instances of an orchestration"},
      {.name = "store", .type = Type::flag, .option = "--everything", .help = "the whole store"}};
}

std::vector<Alternatives> one_scope() {
  return {{{"instance", "orchestration", "store"}, true}};
}

Command start_command() {
  return {
      .name = "start",
      .help = "Start an instance",
      .examples = {R"(duroxide --store orders start Order order-7 --input '{"item":"tea"}')",
                   "duroxide --store orders start Order order-7 --reuse terminate --yes"},
      .details =
          "If the id is taken, --reuse says what happens:\n"
          "  reject        it is refused\n"
          "  use-existing  the instance that has it is left as it is, and that is a success\n"
          "  same-input    the same, but only if it was started with the same name, input and\n"
          "                version; else it is refused\n"
          "  terminate     that instance is ended and deleted with everything below it, and the\n"
          "                new one takes its place\n"
          "\n"
          "If no runtime of the engine knows the name in this version, that is said on\n"
          "standard error, and as \"warning\" in the JSON: the instance waits until one does.",
      .arguments =
          {{.name = "orchestration",
            .type = Type::orchestration,
            .option = "orchestration",
            .help = "the orchestration's name",
            .required = true},
           {.name = "instance",
            .option = "instance",
            .help = "the id of the new instance",
            .required = true},
           {.name = "input", .option = "-i,--input", .help = "its input", .by_default = ""},
           {.name = "version",
            .option = "--run-version",
            .help = "this version of it; default: the newest"},
           {.name = "delay",
            .type = Type::duration,
            .option = "--delay",
            .help = "only after so long"},
           {.name = "parent",
            .type = Type::instance,
            .option = "--parent",
            .help = "list it as a child of this instance"},
           {.name = "tags",
            .option = "--tag",
            .help = "mark it with this tag; may be given several times",
            .repeats = true},
           {.name = "reuse",
            .type = Type::choice,
            .option = "--reuse",
            .help = "what to do if the id is taken, see below",
            .choices = policy_names,
            .by_default = "reject"},
           {.name = "use_existing",
            .type = Type::flag,
            .option = "--use-existing",
            .help = "the same as --reuse use-existing"},
           {.name = "same_input",
            .type = Type::flag,
            .option = "--same-input",
            .help = "the same as --reuse same-input"}},
      .alternatives = {{{"reuse", "use_existing"}}, {{"reuse", "same_input"}}},
      .changes = true,
      .run = start};
}

}  // namespace

std::vector<Command> acting_commands() {
  return {
      start_command(),
      {.name = "raise",
       .help = "Send an event, or a message for a queue, to an instance",
       .examples = {"duroxide --store orders raise order-7 Approved --data yes",
                    "duroxide --store orders raise order-7 parcels --data box-3 --queue"},
       .arguments = {its_id,
                     {.name = "name",
                      .option = "name",
                      .help = "of the event or the queue",
                      .required = true},
                     {.name = "data", .option = "-d,--data", .by_default = ""},
                     {.name = "queue",
                      .type = Type::flag,
                      .option = "--queue",
                      .help = "put it into the queue of that name"}},
       .changes = true,
       .run = raise},
      {.name = "cancel",
       .help = "Ask an instance to stop; its code may clean up first",
       .examples = {"duroxide --store orders cancel order-7 --reason 'out of tea'"},
       .arguments = {its_id, its_reason},
       .changes = true,
       .run = cancel},
      {.name = "terminate",
       .help = "End an instance at once, without its code being told",
       .examples = {"duroxide --store orders terminate order-7 --reason 'out of control' --yes"},
       .arguments = {its_id,
                     {.name = "reason",
                      .option = "--reason",
                      .help = "why, for its failure",
                      .by_default = "terminated"}},
       .question = "End it for good, without a chance for its code to clean up?",
       .changes = true,
       .run = terminate},
      {.name = "pause",
       .help = "Hand out no more turns of an instance, an orchestration or the store",
       .examples = {"duroxide --store orders pause order-7",
                    "duroxide --store orders pause --orchestration Ship",
                    "duroxide --store orders pause --everything"},
       .arguments = scope_arguments(),
       .alternatives = one_scope(),
       .changes = true,
       .run = pause},
      {.name = "resume",
       .help = "Go on with what was paused",
       .examples = {"duroxide --store orders resume order-7",
                    "duroxide --store orders resume --everything"},
       .arguments = scope_arguments(),
       .alternatives = one_scope(),
       .changes = true,
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
