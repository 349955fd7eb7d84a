#include "cli/values.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "gateway/json_text.hpp"
#include "gateway/time_text.hpp"

namespace duroxide::cli {

namespace {

using gateway::json_of_text;
using nlohmann::json;
using Type = gateway::ArgumentType;
using Value = Result<json, gateway::CommandError>;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char each) { return static_cast<char>(std::tolower(each)); });
  return text;
}

/// In decimal digits and nothing else.
json number(const std::string& word) {
  std::uint64_t value = 0;
  const char* end = word.data() + word.size();
  const auto read = std::from_chars(word.data(), end, value);
  return read.ec == std::errc() && read.ptr == end ? json(value) : json_of_text(word);
}

json moment(const std::string& word) {
  const auto age = gateway::parse_duration(word);
  return json_of_text(age ? gateway::time_text(system_clock()->now() - *age) : word);
}

json duration(const std::string& word) {
  const auto read = gateway::parse_duration(word);
  return read ? json(read->count()) : json_of_text(word);
}

/// The engine may have another working directory.
json absolute(const std::string& path) {
  return json_of_text(path.empty() ? path : std::filesystem::absolute(path).string());
}

Value content(const std::string& file) {
  if (file == "-") {
    const std::string text{std::istreambuf_iterator<char>(std::cin),
                           std::istreambuf_iterator<char>()};
    return json_of_text(text);
  }
  if (std::error_code ignored; std::filesystem::is_directory(file, ignored)) {
    return failure(gateway::usage_error("`" + file + "` cannot be read: it is a directory"));
  }
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (!stream) {
    return failure(gateway::usage_error("`" + file + "` cannot be read"));
  }
  return json_of_text(text);
}

Value value_of_word(Type type, const std::string& word) {
  switch (type) {
    case Type::flag:
      return json(true);
    case Type::choice:
      return json_of_text(lower(word));
    case Type::number:
      return number(word);
    case Type::time:
      return moment(word);
    case Type::duration:
      return duration(word);
    case Type::content:
      return content(word);
    case Type::directory:
      return absolute(word);
    case Type::text:
    case Type::instance:
    case Type::orchestration:
    case Type::digits:
    case Type::file:
      break;
  }
  return json_of_text(word);
}

}  // namespace

Value value_of_words(const gateway::Argument& argument, const std::vector<std::string>& words) {
  json list = json::array();
  for (const std::string& word : words) {
    auto value = value_of_word(argument.type, word);
    if (!value || !argument.repeats) {
      return value;
    }
    list.push_back(std::move(*value));
  }
  return list;
}

}  // namespace duroxide::cli
