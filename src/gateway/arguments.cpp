#include "gateway/arguments.hpp"

#include <utility>

#include "gateway/command_error.hpp"
#include "gateway/json_text.hpp"
#include "gateway/time_text.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;

[[noreturn]] void refuse(std::string_view name, std::string_view rule) {
  throw CommandFailure(CommandError::Kind::usage,
                       "the argument `" + std::string(name) + "` must be " + std::string(rule));
}

std::string read_text(std::string_view name, const json& value) {
  auto text = text_of_json(value);
  if (!text) {
    refuse(name, "a text");
  }
  return std::move(*text);
}

}  // namespace

Arguments::Arguments(const json& values, const Command& command) : values_(values) {
  if (!values.is_object()) {
    throw CommandFailure(CommandError::Kind::usage, "`arguments` must be an object");
  }
  for (const auto& [name, value] : values.items()) {
    const Argument* known = find_argument(command, name);
    if (known == nullptr || known->local) {
      throw CommandFailure(CommandError::Kind::usage, "there is no argument `" + name + "`");
    }
  }
}

const json* Arguments::find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() || found->is_null() ? nullptr : &*found;
}

std::string Arguments::text(std::string_view name) const {
  auto found = optional_text(name);
  if (!found) {
    throw CommandFailure(CommandError::Kind::usage,
                         "the argument `" + std::string(name) + "` is missing");
  }
  return std::move(*found);
}

std::optional<std::string> Arguments::optional_text(std::string_view name) const {
  const json* value = find(name);
  return value == nullptr ? std::nullopt : std::optional(read_text(name, *value));
}

std::vector<std::string> Arguments::texts(std::string_view name) const {
  const json* value = find(name);
  std::vector<std::string> texts;
  if (value == nullptr) {
    return texts;
  }
  if (!value->is_array()) {
    refuse(name, "a list of texts");
  }
  for (const json& each : *value) {
    texts.push_back(read_text(name, each));
  }
  return texts;
}

bool Arguments::flag(std::string_view name) const {
  const json* value = find(name);
  if (value != nullptr && !value->is_boolean()) {
    refuse(name, "true or false");
  }
  return value != nullptr && value->get<bool>();
}

std::optional<std::uint64_t> Arguments::number(std::string_view name, std::uint64_t most,
                                               std::uint64_t least) const {
  const json* value = find(name);
  if (value == nullptr) {
    return std::nullopt;
  }
  const bool negative =
      !value->is_number_unsigned() && value->is_number_integer() && value->get<std::int64_t>() < 0;
  if (!value->is_number_integer() || negative || value->get<std::uint64_t>() > most ||
      value->get<std::uint64_t>() < least) {
    refuse(name, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value->get<std::uint64_t>();
}

std::optional<std::uint32_t> Arguments::small_number(std::string_view name,
                                                     std::uint64_t least) const {
  const auto value = number(name, std::numeric_limits<std::uint32_t>::max(), least);
  return value ? std::optional(static_cast<std::uint32_t>(*value)) : std::nullopt;
}

std::optional<Timestamp> Arguments::time(std::string_view name) const {
  const json* value = find(name);
  if (value == nullptr) {
    return std::nullopt;
  }
  const auto time =
      value->is_string() ? parse_time(value->get_ref<const std::string&>()) : std::nullopt;
  if (!time) {
    refuse(name, "a time such as 2026-01-31T08:15:00Z");
  }
  return time;
}

std::optional<Milliseconds> Arguments::duration(std::string_view name) const {
  const auto value = number(name, static_cast<std::uint64_t>(max_delay.count()));
  return value ? std::optional(Milliseconds(static_cast<std::int64_t>(*value))) : std::nullopt;
}

}  // namespace duroxide::gateway
