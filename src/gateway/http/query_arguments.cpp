#include "gateway/http/query_arguments.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

#include "gateway/argument.hpp"
#include "gateway/json_text.hpp"

namespace duroxide::gateway::http {

namespace {

using nlohmann::json;
using Type = ArgumentType;

/// A text that is none of its type stays one, and is refused by the command in its own words.
json value_of(Type type, const std::string& text) {
  if (type == Type::flag) {
    return text == "false" || text == "0"                  ? json(false)
           : text == "true" || text == "1" || text.empty() ? json(true)
                                                           : json_of_text(text);
  }
  if (type == Type::number || type == Type::duration) {
    std::uint64_t number = 0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    return read.ec == std::errc() && read.ptr == end ? json(number) : json_of_text(text);
  }
  return json_of_text(text);
}

bool touches_files(const Argument& argument) {
  return !argument.local && (argument.type == Type::directory || argument.type == Type::file);
}

}  // namespace

Result<json, CommandError> arguments_of_query(const Command& command, const HttpRequest& request) {
  json arguments = json::object();
  for (const auto& [name, text] : request.query) {
    const Argument* argument = find_argument(command, name);
    if (argument == nullptr || argument->local) {
      return failure(
          usage_error("`" + std::string(command.name) + "` has no argument `" + name + "`"));
    }
    json value = value_of(argument->type, text);
    if (argument->repeats) {
      arguments[name].push_back(std::move(value));
    } else if (arguments.contains(name)) {
      return failure(usage_error("the argument `" + name + "` is given twice"));
    } else {
      arguments[name] = std::move(value);
    }
  }
  return arguments;
}

bool is_offered(const Command& command) {
  return (!command.follows || command.has_timeout) &&
         std::none_of(command.arguments.begin(), command.arguments.end(), touches_files);
}

}  // namespace duroxide::gateway::http
