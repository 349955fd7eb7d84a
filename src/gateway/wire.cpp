#include "gateway/wire.hpp"

#include <utility>

#include "model/overloaded.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;

CommandError usage(std::string message) {
  return {CommandError::Kind::usage, std::move(message)};
}

/// No line is nested as deep as this. What is deeper must not become a value: whoever copies that
/// goes down into it.
constexpr int deepest = 64;

std::string text_at(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

CommandError decode_error(const json& error) {
  if (!error.is_object()) {
    return {CommandError::Kind::failed, "the engine gave no reason"};
  }
  return {command_error_kind(text_at(error, "kind")).value_or(CommandError::Kind::failed),
          text_at(error, "message")};
}

}  // namespace

json parse_object(std::string_view text) {
  bool too_deep = false;
  json parsed = json::parse(
      text.begin(), text.end(),
      [&too_deep](int depth, json::parse_event_t, json&) {
        too_deep = too_deep || depth > deepest;
        return !too_deep;
      },
      false);
  if (too_deep || !parsed.is_object()) {
    return {};
  }
  return parsed;
}

std::string to_line(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string encode_request(const Request& request) {
  return to_line(
      {{"version", wire_version}, {"command", request.command}, {"arguments", request.arguments}});
}

Result<Request, CommandError> decode_request(std::string_view line) {
  json object = parse_object(line);
  if (object.is_null()) {
    return failure(usage("the request is not a JSON object"));
  }
  const auto version = object.find("version");
  if (version == object.end() || *version != wire_version) {
    return failure(usage("the request must have the version " + std::to_string(wire_version) +
                         "; use the `duroxide` command of the engine's release"));
  }
  const auto command = object.find("command");
  if (command == object.end() || !command->is_string()) {
    return failure(usage("the request names no command"));
  }
  Request request;
  request.command = command->get<std::string>();
  if (const auto arguments = object.find("arguments"); arguments != object.end()) {
    request.arguments = std::move(*arguments);
  }
  return request;
}

std::string encode_answer(const AnswerLine& line) {
  return std::visit(
      model::Overloaded{
          [](const Item& item) {
            return to_line({{"item", item.value}});
          },
          [](const ProgressLine& progress) {
            return to_line({{"progress", progress.value}});
          },
          [](const ResultLine& result) {
            return to_line({{"result", result.value}});
          },
          [](const CommandError& error) {
            return to_line(
                {{"error", {{"kind", to_string(error.kind)}, {"message", error.message}}}});
          }},
      line);
}

Result<AnswerLine, CommandError> decode_answer(std::string_view line) {
  json object = parse_object(line);
  if (object.size() == 1) {
    const auto member = object.begin();
    const std::string& name = member.key();
    json& value = member.value();
    if (name == "item") {
      return Item{std::move(value)};
    }
    if (name == "progress") {
      return ProgressLine{std::move(value)};
    }
    if (name == "result") {
      return ResultLine{std::move(value)};
    }
    if (name == "error") {
      return decode_error(value);
    }
  }
  return failure(CommandError{CommandError::Kind::failed,
                              "the engine answered with something that is no answer"});
}

}  // namespace duroxide::gateway
