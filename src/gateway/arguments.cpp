#include "gateway/arguments.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "gateway/json_text.hpp"
#include "gateway/time_text.hpp"
#include "model/invariant.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;
using Type = ArgumentType;

std::string label(const Argument& argument, Wording wording) {
  const bool is_option = wording == Wording::command_line && !argument.option.empty();
  return (is_option ? "`" : "the argument `") +
         std::string(is_option ? long_name(argument) : argument.name) + "`";
}

/// `a, b or c`.
std::string listed(std::span<const std::string_view> words) {
  std::string line;
  for (const std::string_view& word : words) {
    const bool is_last = &word == &words.back();
    line.append(line.empty() ? "" : is_last ? " or " : ", ").append(word);
  }
  return line;
}

/// What a value of the argument must be.
std::string rule(const Argument& argument, Wording wording) {
  const bool is_word = wording == Wording::command_line;
  switch (argument.type) {
    case Type::flag:
      return "true or false";
    case Type::text:
    case Type::instance:
    case Type::orchestration:
    case Type::content:
    case Type::file:
      return "a text";
    case Type::choice:
      return listed(argument.choices);
    case Type::number:
      return "a whole number from " + std::to_string(argument.least) +
             (argument.most == std::numeric_limits<std::uint64_t>::max()
                  ? " on"
                  : " to " + std::to_string(argument.most));
    case Type::digits:
      return is_word ? "a whole number" : "a text of decimal digits";
    case Type::time:
      return is_word
                 ? "a time such as 2026-01-31 or 2026-01-31T08:15:00, or an age such as 2h or 7d"
                 : "a time such as 2026-01-31T08:15:00Z";
    case Type::duration:
      return is_word
                 ? "a duration such as 500ms, 30s, 5m, 2h or 7d"
                 : "a whole number of milliseconds, at most " + std::to_string(max_delay.count());
    case Type::directory:
      return is_word ? "the path of a directory" : "an absolute path";
  }
  return {};
}

/// Whether it can be repeated to whoever sent it.
bool is_short_text(const json& value) {
  constexpr std::size_t longest = 100;
  return value.is_string() && value.get_ref<const std::string&>().size() <= longest;
}

std::optional<std::uint64_t> number_of(const json& value, std::uint64_t least, std::uint64_t most) {
  if (!value.is_number_integer() ||
      (!value.is_number_unsigned() && value.get<std::int64_t>() < 0)) {
    return std::nullopt;
  }
  const auto number = value.get<std::uint64_t>();
  return number < least || number > most ? std::nullopt : std::optional(number);
}

std::optional<std::uint64_t> number_of_digits(const std::string& digits) {
  std::uint64_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, number);
  return read.ec != std::errc() || read.ptr != end ? std::nullopt : std::optional(number);
}

template <class T>
std::optional<T> if_text(const json& value, std::optional<T> (*read)(const std::string&)) {
  const auto text = text_of_json(value);
  return text ? read(*text) : std::nullopt;
}

}  // namespace

Result<Arguments::Value, CommandError> Arguments::read_value(const Argument& argument,
                                                             const json& value, Wording wording) {
  const auto checked = [&](auto found) -> Result<Value, CommandError> {
    if (!found) {
      return failure(
          usage_error(label(argument, wording) + " must be " + rule(argument, wording) +
                      (is_short_text(value) ? ", not `" + value.get<std::string>() + "`" : "")));
    }
    return Value(std::move(*found));
  };
  switch (argument.type) {
    case Type::flag:
      return checked(value.is_boolean() ? std::optional(value.get<bool>()) : std::nullopt);
    case Type::number:
      return checked(number_of(value, argument.least, argument.most));
    case Type::digits:
      return checked(if_text<std::uint64_t>(value, number_of_digits));
    case Type::time:
      return checked(if_text<Timestamp>(value, [](const auto& text) { return parse_time(text); }));
    case Type::duration: {
      const auto number = number_of(value, 0, static_cast<std::uint64_t>(max_delay.count()));
      return checked(number ? std::optional(Milliseconds(static_cast<std::int64_t>(*number)))
                            : std::nullopt);
    }
    case Type::choice: {
      auto text = text_of_json(value);
      const bool is_one = text && std::find(argument.choices.begin(), argument.choices.end(),
                                            *text) != argument.choices.end();
      return checked(is_one ? std::move(text) : std::nullopt);
    }
    case Type::directory: {
      auto text = text_of_json(value);
      return checked(text && std::filesystem::path(*text).is_absolute() ? std::move(text)
                                                                        : std::nullopt);
    }
    case Type::text:
    case Type::instance:
    case Type::orchestration:
    case Type::content:
    case Type::file:
      break;
  }
  return checked(text_of_json(value));
}

Result<void, CommandError> Arguments::take(const Argument& argument, const json& value,
                                           Wording wording) {
  if (argument.repeats && !value.is_array()) {
    return failure(usage_error(label(argument, wording) + " must be a list"));
  }
  std::vector<Value>& values = values_[argument.name];
  const std::size_t size = argument.repeats ? value.size() : 1;
  values.reserve(size);
  for (std::size_t i = 0; i < size; ++i) {
    auto read = read_value(argument, argument.repeats ? value[i] : value, wording);
    if (!read) {
      return failure(std::move(read).error());
    }
    values.push_back(std::move(*read));
  }
  return {};
}

Result<void, CommandError> Arguments::check_presence(Wording wording) const {
  for (const Argument& argument : command_->arguments) {
    if (argument.required && !argument.local && !has(argument.name)) {
      return failure(usage_error(label(argument, wording) + " is missing"));
    }
  }
  for (const auto& [names, required] : command_->alternatives) {
    const auto given =
        std::count_if(names.begin(), names.end(), [&](auto name) { return has(name); });
    if (given > 1 || (required && given == 0)) {
      return failure(
          usage_error((required ? "give one of " : "give at most one of ") + listed(names)));
    }
  }
  return {};
}

Result<Arguments, CommandError> Arguments::read(const Command& command, const json& values,
                                                Wording wording) {
  if (!values.is_object()) {
    return failure(usage_error("`arguments` must be an object"));
  }
  Arguments arguments(command);
  for (const auto& [name, value] : values.items()) {
    const Argument* argument = find_argument(command, name);
    if (argument == nullptr || argument->local) {
      return failure(usage_error("there is no argument `" + name + "`"));
    }
    if (value.is_null()) {
      continue;
    }
    if (auto taken = arguments.take(*argument, value, wording); !taken) {
      return failure(std::move(taken).error());
    }
  }
  if (auto present = arguments.check_presence(wording); !present) {
    return failure(std::move(present).error());
  }
  if (command.check != nullptr) {
    if (auto fits = command.check(arguments); !fits) {
      return failure(std::move(fits).error());
    }
  }
  return arguments;
}

bool Arguments::has(std::string_view name) const {
  return values_.find(name) != values_.end();
}

template <class T>
std::optional<T> Arguments::one(std::string_view name) const {
  const Argument* argument = find_argument(*command_, name);
  DUROXIDE_INVARIANT(argument != nullptr && !argument->repeats,
                     "a command reads the arguments that its entry describes");
  if (const auto found = values_.find(name); found != values_.end()) {
    return std::get<T>(found->second.front());
  }
  if constexpr (std::is_same_v<T, std::string>) {
    if (const auto* text = std::get_if<std::string_view>(&argument->by_default)) {
      return std::string(*text);
    }
  }
  if constexpr (std::is_same_v<T, std::uint64_t>) {
    if (const auto* number = std::get_if<std::uint64_t>(&argument->by_default)) {
      return *number;
    }
  }
  return std::nullopt;
}

template <class T>
std::vector<T> Arguments::many(std::string_view name) const {
  const Argument* argument = find_argument(*command_, name);
  DUROXIDE_INVARIANT(argument != nullptr && argument->repeats,
                     "a command reads the arguments that its entry describes");
  std::vector<T> values;
  if (const auto found = values_.find(name); found != values_.end()) {
    values.reserve(found->second.size());
    for (const Value& value : found->second) {
      values.push_back(std::get<T>(value));
    }
  }
  return values;
}

std::string Arguments::text(std::string_view name) const {
  return optional_text(name).value_or("");
}

std::optional<std::string> Arguments::optional_text(std::string_view name) const {
  return one<std::string>(name);
}

std::vector<std::string> Arguments::texts(std::string_view name) const {
  return many<std::string>(name);
}

bool Arguments::flag(std::string_view name) const {
  return one<bool>(name).value_or(false);
}

std::optional<std::uint64_t> Arguments::number(std::string_view name) const {
  return one<std::uint64_t>(name);
}

std::vector<std::uint64_t> Arguments::numbers(std::string_view name) const {
  return many<std::uint64_t>(name);
}

std::optional<std::uint32_t> Arguments::small_number(std::string_view name) const {
  const auto value = number(name);
  return value ? std::optional(static_cast<std::uint32_t>(*value)) : std::nullopt;
}

std::optional<Timestamp> Arguments::time(std::string_view name) const {
  return one<Timestamp>(name);
}

std::optional<Milliseconds> Arguments::duration(std::string_view name) const {
  return one<Milliseconds>(name);
}

}  // namespace duroxide::gateway
