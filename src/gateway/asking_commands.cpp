// `update` and `query`: what the code of an instance is asked.

#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include <duroxide/async_client.hpp>

#include "gateway/command_groups.hpp"
#include "gateway/commands.hpp"
#include "gateway/json_text.hpp"
#include "gateway/pending_answer.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;
using Type = ArgumentType;

constexpr Milliseconds default_timeout{30'000};

Milliseconds timeout_of(const Arguments& arguments) {
  return arguments.duration("timeout").value_or(default_timeout);
}

/// An instance that runs answers only where a runtime has its turn. Errors: `failed`, and those of a look
/// at its status; `is_asked_when_ended` if the last execution can answer by what is recorded.
Result<void, CommandError> check_somebody_answers(const StoreInUse& store,
                                                  const std::string& instance,
                                                  bool is_asked_when_ended) {
  if (store.live) {
    return {};
  }
  const auto status = store.client.get_orchestration_status(instance);
  if (!status) {
    return failure(CommandError(status.error()));
  }
  if (status->is_not_found()) {
    return failure(
        CommandError(CommandError::Kind::not_found, "there is no instance `" + instance + "`"));
  }
  if (!status->is_terminal()) {
    return failure(CommandError(CommandError::Kind::failed,
                                "no engine runs on the store, so the code of `" + instance +
                                    "` cannot answer; start the program that runs it"));
  }
  if (!is_asked_when_ended) {
    return failure(CommandError(CommandError::Kind::refused,
                                "the instance `" + instance + "` has ended, and its code is gone"));
  }
  return {};
}

CommandResult result_of(const Result<std::string, CommandError>& answer, json result) {
  if (!answer) {
    return failure(answer.error());
  }
  result["answer"] = json_of_text(*answer);
  return result;
}

CommandResult update(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  const std::string instance = arguments.text("instance");
  if (auto checked = check_somebody_answers(store, instance, true); !checked) {
    return failure(std::move(checked).error());
  }
  const std::string name = arguments.text("name");
  UpdateOptions options;
  options.timeout(timeout_of(arguments));
  json result{{"instance_id", instance}, {"name", name}};
  if (auto id = arguments.optional_text("id")) {
    result["id"] = *id;
    options.id(std::move(*id));
  }
  const std::string input = arguments.text("input");
  return result_of(wait_for_answer(store.client.async().update(instance, name, input, options),
                                   sink, "the wait for the answer, not the update,"),
                   std::move(result));
}

CommandResult query(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  const std::string instance = arguments.text("instance");
  if (auto checked = check_somebody_answers(store, instance, false); !checked) {
    return failure(std::move(checked).error());
  }
  const std::string name = arguments.text("name");
  const std::string input = arguments.text("input");
  return result_of(
      wait_for_answer(store.client.async().query(instance, name, input, timeout_of(arguments)),
                      sink, "the query"),
      json{{"instance_id", instance}, {"name", name}});
}

constexpr Argument its_input{
    .name = "input", .option = "-i,--input", .help = "what its handler is given", .by_default = ""};
constexpr Argument its_timeout{.name = "timeout",
                               .type = Type::duration,
                               .option = "--timeout",
                               .help = "how long to wait for the answer; default: 30s"};

}  // namespace

std::vector<Command> asking_commands() {
  return {
      {.name = "update",
       .help = "Have the code of an instance do something, and print what it answers",
       .examples = {R"(duroxide --store orders update cart-1 AddItem --input '{"name":"tea"}')",
                    "duroxide --store orders update cart-1 Close --id close-17 --timeout 5s"},
       .details =
           "The answer is printed once it is durable, with all that the handler has done. What "
           "the\n"
           "handler's validator refuses has the exit code 5, what the handler fails with 1.\n"
           "\n"
           "If there is no answer in time, or the command is interrupted, the update goes its way\n"
           "all the same. With an --id of your own it can be repeated: it is done once, and\n"
           "answered again. That holds until the instance continues as new.",
       .arguments = {its_id,
                     {.name = "name",
                      .option = "update",
                      .help = "the name that the code has registered a handler for",
                      .required = true},
                     its_input,
                     {.name = "id",
                      .option = "--id",
                      .help = "the update's own, to repeat it without doing it twice"},
                     its_timeout},
       .changes = true,
       .follows = true,
       .has_timeout = true,
       .run = update},
      {.name = "query",
       .help = "Ask the code of an instance something that leaves no trace",
       .examples = {"duroxide --store orders query cart-1 Total",
                    "duroxide --store orders --json query cart-1 PriceOf --input tea"},
       .details =
           "The answer is printed. It takes an engine that runs the orchestration; the code of an\n"
           "instance that has ended is gone, and what outlives it is in the values that `show`\n"
           "prints.",
       .arguments = {its_id,
                     {.name = "name",
                      .option = "query",
                      .help = "the name that the code has registered a handler for",
                      .required = true},
                     its_input,
                     its_timeout},
       .follows = true,
       .has_timeout = true,
       .run = query},
  };
}

}  // namespace duroxide::gateway
