#include "model/broken_value.hpp"

#include <algorithm>
#include <cstddef>

#include "model/archive.hpp"

namespace duroxide::model {

namespace {

/// Begins with `broken_seal`.
constexpr std::string_view told = "\xd5told:";
constexpr std::size_t length_bytes = 2;
constexpr std::size_t longest_reason = 1000;

/// The length of the reason, if there is one.
std::optional<std::size_t> reason_length(std::string_view value) {
  const std::size_t header = told.size() + length_bytes;
  if (!value.starts_with(told) || value.size() < header) {
    return std::nullopt;
  }
  const auto high = static_cast<unsigned char>(value[told.size()]);
  const auto low = static_cast<unsigned char>(value[told.size() + 1]);
  const std::size_t length = std::size_t{high} * 256 + low;
  return value.size() - header >= length ? std::optional(length) : std::nullopt;
}

}  // namespace

std::string broken_value(std::string_view why) {
  const std::string_view reason = why.substr(0, std::min(why.size(), longest_reason));
  std::string value(told);
  value.push_back(static_cast<char>(reason.size() / 256));
  value.push_back(static_cast<char>(reason.size() % 256));
  return value.append(reason);
}

std::optional<std::string_view> broken_value_problem(std::string_view value) {
  if (const auto length = reason_length(value)) {
    return value.substr(told.size() + length_bytes, *length);
  }
  if (!value.empty() && value.front() == broken_seal) {
    return broken_seal_problem;
  }
  return std::nullopt;
}

std::optional<std::string_view> behind_broken_value(std::string_view value) {
  const auto length = reason_length(value);
  return length ? std::optional(value.substr(told.size() + length_bytes + *length)) : std::nullopt;
}

}  // namespace duroxide::model
