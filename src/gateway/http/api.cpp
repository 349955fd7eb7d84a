#include "gateway/http/api.hpp"

#include <memory>
#include <utility>

#include <duroxide/version.hpp>

#include "gateway/alarm_clock.hpp"
#include "gateway/follower_place.hpp"
#include "gateway/http/change_stream.hpp"
#include "gateway/http/end_watch.hpp"
#include "gateway/http/query_arguments.hpp"
#include "gateway/http/stoppable_sink.hpp"
#include "gateway/json_text.hpp"

namespace duroxide::gateway::http {

namespace {

using nlohmann::json;
using Kind = CommandError::Kind;

constexpr const char* json_type = "application/json";

HttpAnswer json_answer(const json& value, unsigned status = 200) {
  return {.status = status, .type = json_type, .body = to_line(value) + "\n"};
}

unsigned status_of(Kind kind) {
  switch (kind) {
    case Kind::usage:
      return 400;
    case Kind::not_found:
      return 404;
    case Kind::refused:
      return 409;
    case Kind::store:
    case Kind::interrupted:
      return 503;
    case Kind::failed:
      break;
  }
  return 500;
}

HttpAnswer method_refused(const char* allowed) {
  HttpAnswer answer =
      error_answer(405, usage_error(std::string("this is asked for with ") + allowed));
  answer.headers.emplace_back("Allow", allowed);
  return answer;
}

bool looks(const HttpRequest& request) {
  return request.method == "GET" || request.method == "HEAD";
}

/// Keeps its place for as long as it is read.
class PlacedStream final : public HttpStream {
 public:
  PlacedStream(std::unique_ptr<HttpStream> stream, std::unique_ptr<const FollowerPlace> place)
      : place_(std::move(place)), stream_(std::move(stream)) {}

  std::optional<std::string> next() override { return stream_->next(); }
  void close() override { stream_->close(); }

 private:
  std::unique_ptr<const FollowerPlace> place_;
  std::unique_ptr<HttpStream> stream_;
};

json json_of_argument(const Argument& argument) {
  json described{{"name", argument.name},
                 {"help", argument.help},
                 {"required", argument.required},
                 {"repeats", argument.repeats}};
  if (!argument.choices.empty()) {
    described["choices"] = json::array();
    for (const std::string_view choice : argument.choices) {
      described["choices"].push_back(choice);
    }
  }
  return described;
}

json json_of_command(const Command& command) {
  json arguments = json::array();
  for (const Argument& argument : command.arguments) {
    if (!argument.local) {
      arguments.push_back(json_of_argument(argument));
    }
  }
  return {{"name", command.name},
          {"help", command.help},
          {"method", command.changes ? "POST" : "GET"},
          {"question", command.question},
          {"arguments", std::move(arguments)}};
}

/// Takes `confirm` out of the arguments.
bool take_confirmation(json& arguments) {
  const auto found = arguments.find("confirm");
  if (found == arguments.end()) {
    return false;
  }
  const bool is_confirmed = *found == json(true);
  arguments.erase(found);
  return is_confirmed;
}

bool is_true(const json& arguments, const char* name) {
  return arguments.value(name, json(false)) == json(true);
}

/// Why people are asked before this is done; empty if they are not. It cannot be undone, or is done to many.
std::string question_about(const Command& command, const json& arguments) {
  if (!command.question.empty()) {
    return std::string(command.question);
  }
  if (is_true(arguments, "all")) {
    return "Do it to every instance that the filter chooses?";
  }
  return arguments.value("reuse", json()) == json("terminate")
             ? "End the instance that has the id, if it runs?"
             : std::string();
}

/// Whether it only asks what it would hit.
bool only_asks(const json& arguments) {
  return is_true(arguments, "dry_run") || is_true(arguments, "only_count");
}

}  // namespace

HttpAnswer error_answer(unsigned status, const CommandError& error) {
  return json_answer(
      {{"error", {{"kind", to_string(error.kind)}, {"message", json_of_text(error.message)}}}},
      status);
}

std::optional<HttpAnswer> Api::refusal(const HttpRequest& head, std::string_view name) const {
  if (name.empty() || name == "changes") {
    return looks(head) ? std::nullopt : std::optional(method_refused("GET"));
  }
  const Command* command = find_command(name);
  if (command == nullptr || !is_offered(*command)) {
    return error_answer(404, {Kind::not_found, "there is no such call; GET /api/v1/ lists them"});
  }
  if (!command->changes) {
    return looks(head) ? std::nullopt : std::optional(method_refused("GET"));
  }
  if (head.method != "POST") {
    return method_refused("POST");
  }
  if (!setup_.actions) {
    return error_answer(403, {Kind::refused,
                              "nothing can be changed by way of this page: it was started without "
                              "actions (`duroxide ui --actions`, `HttpOptions::actions`)"});
  }
  if (!head.header("content-type").starts_with(json_type)) {
    return error_answer(415, usage_error("arguments are sent as application/json"));
  }
  return std::nullopt;
}

HttpAnswer Api::answer(const HttpRequest& request, std::string_view name) {
  if (name.empty()) {
    return description();
  }
  if (name == "changes") {
    return changes(request);
  }
  const Command& command = *find_command(name);
  if (!command.changes) {
    auto arguments = arguments_of_query(command, request);
    return arguments ? run(request, command, std::move(*arguments))
                     : error_answer(400, arguments.error());
  }
  json arguments = parse_object(request.body);
  if (arguments.is_null()) {
    return error_answer(400, usage_error("the body is no object of JSON, or nested too deep"));
  }
  const bool is_confirmed = take_confirmation(arguments);
  const std::string question = question_about(command, arguments);
  if (!question.empty() && !is_confirmed && !only_asks(arguments)) {
    return error_answer(409, {Kind::refused, question + " Send it again with \"confirm\":true."});
  }
  return run(request, command, std::move(arguments));
}

CommandResult Api::carry_out(const HttpRequest& request, const std::string& command, json arguments,
                             int alarm) const {
  const EndWatch end(setup_.stop, request.connection, alarm);
  StoppableSink sink(end.file());
  return setup_.carry_out({command, std::move(arguments)}, sink, end.file());
}

HttpAnswer Api::run(const HttpRequest& request, const Command& command, json arguments) {
  if (command.follows) {
    return ask(request, command, std::move(arguments));
  }
  const auto result = carry_out(request, std::string(command.name), std::move(arguments));
  return result ? json_answer(*result)
                : error_answer(status_of(result.error().kind), result.error());
}

HttpAnswer Api::ask(const HttpRequest& request, const Command& command, json arguments) {
  const auto timeout = arguments.find("timeout");
  if (timeout != arguments.end() && timeout->is_number() &&
      *timeout > json(setup_.longest_wait.count())) {
    return error_answer(
        400, usage_error("`timeout` may be at most " + std::to_string(setup_.longest_wait.count()) +
                         " milliseconds here"));
  }
  const FollowerPlace place(followers_, setup_.followers);
  if (!place.has_place()) {
    return no_place();
  }
  const bool is_timed = timeout != arguments.end() && timeout->is_number_unsigned();
  const Milliseconds wait =
      is_timed ? Milliseconds(timeout->get<Milliseconds::rep>()) : setup_.longest_wait;
  // An update without an id of its own would be done once more.
  const bool is_repeatable = !command.changes || arguments.contains("id");
  // The engine looks at the time itself, unless it has been stopped.
  const AlarmClock late(wait + setup_.grace);
  const auto result =
      carry_out(request, std::string(command.name), std::move(arguments), late.file());
  if (!result && result.error().kind == Kind::interrupted && late.has_rung()) {
    return error_answer(
        500,
        {Kind::failed, std::string("the engine has not answered in time") +
                           (command.changes ? "; it may do what was asked for all the same" : "")});
  }
  if (!result) {
    return error_answer(status_of(result.error().kind), result.error());
  }
  HttpAnswer answer = json_answer(*result);
  if (answer.body.size() > setup_.answer_bytes) {
    return too_large(command, is_repeatable, answer.body.size());
  }
  return answer;
}

HttpAnswer Api::too_large(const Command& command, bool is_repeatable, std::size_t bytes) const {
  std::string message = "the answer has " + std::to_string(bytes) + " bytes, more than the " +
                        std::to_string(setup_.answer_bytes) + " that are sent here";
  if (command.changes) {
    message += ", and what was asked for is done";
  }
  if (is_repeatable) {
    message += "; `duroxide " + std::string(command.name) + "` prints such an answer";
    message += command.changes ? ", asked for with the same id" : "";
  }
  return error_answer(500, {Kind::failed, std::move(message)});
}

HttpAnswer Api::no_place() const {
  return error_answer(
      503, {Kind::failed, std::to_string(setup_.followers) +
                              " others follow this store or wait for an answer of its code "
                              "already, which is as many as are served"});
}

HttpAnswer Api::description() const {
  json commands = json::array();
  for (const Command& command : all_commands()) {
    if (is_offered(command)) {
      commands.push_back(json_of_command(command));
    }
  }
  return json_answer({{"api", 1},
                      {"version", DUROXIDE_VERSION},
                      {"store", json_of_text(setup_.store)},
                      {"actions", setup_.actions},
                      {"commands", std::move(commands)}});
}

HttpAnswer Api::changes(const HttpRequest& request) {
  std::string instance;
  for (const auto& [name, value] : request.query) {
    if (name != "instance" || !instance.empty()) {
      return error_answer(400, usage_error("`changes` has one argument, `instance`"));
    }
    instance = value;
  }
  auto place = std::make_unique<const FollowerPlace>(followers_, setup_.followers);
  if (!place->has_place()) {
    return no_place();
  }
  HttpAnswer answer{.type = "text/event-stream"};
  answer.stream = std::make_unique<PlacedStream>(
      std::make_unique<ChangeStream>(setup_.carry_out, instance), std::move(place));
  return answer;
}

HttpAnswer Api::metrics(const HttpRequest& request) const {
  const auto read = carry_out(request, "metrics", {{"format", "prometheus"}});
  if (!read) {
    return {.status = status_of(read.error().kind), .body = read.error().message + "\n"};
  }
  return {.type = "text/plain; version=0.0.4; charset=utf-8",
          .body = read->value("text", std::string())};
}

HttpAnswer Api::readiness(const HttpRequest& request) const {
  const auto read = carry_out(request, "stats", json::object());
  return read ? HttpAnswer{.body = "ready\n"}
              : HttpAnswer{.status = 503, .body = read.error().message + "\n"};
}

}  // namespace duroxide::gateway::http
