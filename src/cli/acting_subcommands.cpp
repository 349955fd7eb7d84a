// Commands that start instances and steer them.

#include <utility>

#include "cli/show.hpp"
#include "cli/subcommands.hpp"

namespace duroxide::cli {

namespace {

using nlohmann::json;

/// Says what has become of the instance.
Show said_of_instance(std::string what) {
  return [what = std::move(what)](Output& output, const json& result) {
    show_act(output, result, what);
  };
}

/// `question` is asked before it is done; empty for none.
void fill_in_act(CLI::App* command, Invocation& invocation, const Arguments& arguments, Show show,
                 std::string question = {}) {
  command->final_callback(
      [&invocation, arguments, command, show = std::move(show), question = std::move(question)] {
        invocation.request = {command->get_name(), *arguments};
        invocation.show = show;
        if (!question.empty()) {
          invocation.question = [question](const json&) { return question; };
        }
      });
}

void add_start(CLI::App& app, Invocation& invocation) {
  auto* command =
      add_command(app, "start", "Start an instance",
                  {"duroxide --store orders start Order order-7 --input '{\"item\":\"tea\"}'"});
  const auto arguments = new_arguments();
  text_option(command, arguments, "orchestration", "orchestration", "the orchestration's name")
      ->required();
  text_option(command, arguments, "instance", "instance", "the id of the new instance")->required();
  text_option(command, arguments, "-i,--input", "input", "its input; default: an empty text");
  text_option(command, arguments, "--run-version", "version",
              "this version of it; default: the newest");
  duration_option(command, arguments, "--delay", "delay", "only after so long");
  text_option(command, arguments, "--parent", "parent", "list it as a child of this instance");
  tags_option(command, arguments, "mark it with this tag; may be given several times");
  flag_option(command, arguments, "--use-existing", "use_existing",
              "if the id is taken, leave that as it is and succeed");
  flag_option(command, arguments, "--same-input", "same_input",
              "the same, but only if it was started with the same name, input and version");
  command->footer(
      command->get_footer() +
      "\n\nIf no runtime of the engine knows the name in this version, that is said on\n"
      "standard error, and as \"warning\" in the JSON: the instance waits until one does.");
  command->final_callback([&invocation, arguments] {
    invocation.request = {"start", *arguments};
    invocation.show = show_started;
    invocation.notice = [](const json& result) -> std::optional<Remark> {
      const auto found = result.find("warning");
      if (found == result.end()) {
        return std::nullopt;
      }
      return Remark{text_at(*found, "message"), text_at(*found, "kind")};
    };
  });
}

void add_raise(CLI::App& app, Invocation& invocation) {
  auto* command =
      add_command(app, "raise", "Send an event, or a message for a queue, to an instance",
                  {"duroxide --store orders raise order-7 Approved --data yes",
                   "duroxide --store orders raise order-7 parcels --data box-3 --queue"});
  const auto arguments = new_arguments();
  text_option(command, arguments, "instance", "instance", "its id")->required();
  text_option(command, arguments, "name", "name", "of the event or the queue")->required();
  text_option(command, arguments, "-d,--data", "data", "default: an empty text");
  flag_option(command, arguments, "--queue", "queue", "put it into the queue of that name");
  fill_in_act(command, invocation, arguments, said_of_instance("told"));
}

void add_ending(CLI::App& app, Invocation& invocation) {
  auto* cancel = add_command(app, "cancel", "Ask an instance to stop; its code may clean up first",
                             {"duroxide --store orders cancel order-7 --reason 'out of tea'"});
  auto* terminate =
      add_command(app, "terminate", "End an instance at once, without its code being told",
                  {"duroxide --store orders terminate order-7 --reason 'out of control' --yes"});
  for (auto* command : {cancel, terminate}) {
    const auto arguments = new_arguments();
    text_option(command, arguments, "instance", "instance", "its id")->required();
    text_option(command, arguments, "--reason", "reason", "why, for its failure");
    if (command == cancel) {
      fill_in_act(command, invocation, arguments, said_of_instance("asked to stop"));
    } else {
      fill_in_act(command, invocation, arguments, said_of_instance("ended"),
                  "End it for good, without a chance for its code to clean up?");
    }
  }
}

void add_pausing(CLI::App& app, Invocation& invocation) {
  auto* pause = add_command(app, "pause",
                            "Hand out no more turns of an instance, an orchestration or the store",
                            {"duroxide --store orders pause order-7",
                             "duroxide --store orders pause --orchestration Ship",
                             "duroxide --store orders pause --everything"});
  auto* resume = add_command(
      app, "resume", "Go on with what was paused",
      {"duroxide --store orders resume order-7", "duroxide --store orders resume --everything"});
  for (auto* command : {pause, resume}) {
    const auto arguments = new_arguments();
    auto* what = command->add_option_group("what");
    text_option(what, arguments, "instance", "instance", "one instance");
    text_option(what, arguments, "--orchestration", "orchestration",
                "all instances of an orchestration");
    flag_option(what, arguments, "--everything", "store", "the whole store");
    what->require_option(1);
    const std::string done = command == pause ? "paused" : "resumed";
    fill_in_act(command, invocation, arguments,
                [done](Output& output, const json& result) { show_scope(output, result, done); });
  }
}

void add_release(CLI::App& app, Invocation& invocation) {
  auto* command =
      add_command(app, "release", "Let an instance out of quarantine, with its activities",
                  {"duroxide --store orders release order-7"});
  const auto arguments = new_arguments();
  text_option(command, arguments, "instance", "instance", "its id")->required();
  fill_in_act(command, invocation, arguments, show_released);
}

}  // namespace

void add_acting_subcommands(CLI::App& app, Invocation& invocation) {
  add_start(app, invocation);
  add_raise(app, invocation);
  add_ending(app, invocation);
  add_pausing(app, invocation);
  add_release(app, invocation);
}

}  // namespace duroxide::cli
