// `start`.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "gateway/command_groups.hpp"
#include "gateway/commands.hpp"
#include "model/printable.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;
using Type = ArgumentType;

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
  if (arguments.flag("same_input")) {
    return ReusePolicy::use_existing_same_input;
  }
  if (arguments.flag("use_existing")) {
    return ReusePolicy::use_existing;
  }
  const std::string name = arguments.text("reuse");
  return std::find_if(policies.begin(), policies.end(),
                      [&](const NamedPolicy& each) { return each.name == name; })
      ->policy;
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
  for (const std::string& header : arguments.texts("headers")) {
    const auto end = header.find('=');
    options.header(header.substr(0, end), header.substr(end + 1));
  }
  const bool says_what_if_taken =
      arguments.has("reuse") || arguments.flag("use_existing") || arguments.flag("same_input");
  if (says_what_if_taken || !arguments.has("with_event")) {
    options.reuse(reuse_policy(arguments));
  }
  return options;
}

/// With the event that is to come along, if there is one.
Client::Started start_now(Client client, const Arguments& arguments, const StartOptions& options) {
  const std::string instance = arguments.text("instance");
  const std::string orchestration = arguments.text("orchestration");
  const std::string input = arguments.text("input");
  const auto event = arguments.optional_text("with_event");
  if (!event) {
    return client.start_orchestration(instance, orchestration, input, options);
  }
  RaiseOptions raise_options;
  if (auto key = arguments.optional_text("key")) {
    raise_options.key(std::move(*key));
  }
  return client.start_with_event(instance, orchestration, input, *event, arguments.text("data"),
                                 options, raise_options);
}

Result<void, CommandError> check_start(const Arguments& arguments) {
  if (!arguments.has("with_event") && (arguments.has("data") || arguments.has("key"))) {
    return failure(usage_error("data and a key are those of an event; name it with --with-event"));
  }
  for (const std::string& header : arguments.texts("headers")) {
    if (header.find('=') == std::string::npos) {
      return failure(
          usage_error("a header is NAME=VALUE, and `" + model::printable(header) + "` has no `=`"));
    }
  }
  return {};
}

CommandResult start(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const std::string instance = arguments.text("instance");
  const std::string orchestration = arguments.text("orchestration");
  const StartOptions options = start_options(arguments);
  const auto started = start_now(store.starting_client(), arguments, options);
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

Command start_command() {
  return {
      .name = "start",
      .help = "Start an instance",
      .examples = {R"(duroxide --store orders start Order order-7 --input '{"item":"tea"}')",
                   "duroxide --store orders start Order order-7 --reuse terminate --yes",
                   "duroxide --store orders start Order order-7 --header tenant=blue",
                   "duroxide --store orders start Cart cart-1 --with-event Add --data tea"},
      .details =
          "If the id is taken, --reuse says what happens:\n"
          "  reject        it is refused\n"
          "  use-existing  the instance that has it is left as it is, and that is a success\n"
          "  same-input    the same, but only if it was started with the same name, input and\n"
          "                version; else it is refused\n"
          "  terminate     that instance is ended and deleted with everything below it, and the\n"
          "                new one takes its place\n"
          "With --with-event the instance is sent that event in the same commit, and the default "
          "is\n"
          "use-existing: the event goes to the instance that has the id.\n"
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
           {.name = "headers",
            .option = "--header",
            .help = "NAME=VALUE that travels with it; may be given several times",
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
            .help = "the same as --reuse same-input"},
           {.name = "with_event", .option = "--with-event", .help = "send it this event as well"},
           {.name = "data", .option = "-d,--data", .help = "of the event; default: an empty text"},
           {.name = "key",
            .option = "--key",
            .help = "of the event: sent again under the same, it is delivered once"}},
      .alternatives = {{{"reuse", "use_existing"}}, {{"reuse", "same_input"}}},
      .changes = true,
      .check = check_start,
      .run = start};
}

}  // namespace

std::vector<Command> starting_commands() {
  return {start_command()};
}

}  // namespace duroxide::gateway
