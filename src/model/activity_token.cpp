// Activity tokens as text.

#include <duroxide/activity.hpp>

#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

#include "model/limits.hpp"

namespace duroxide::DUROXIDE_ABI {

namespace {

// Only the form with an incarnation begins with a letter, so the two cannot be mistaken for each
// other, whatever slashes and numbers the instance id has.
constexpr char incarnation_mark = 'i';
constexpr std::size_t incarnation_digits = 16;

std::string incarnation_text(std::uint64_t incarnation) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(1, incarnation_mark);
  for (std::size_t i = incarnation_digits; i-- > 0;) {
    text.push_back(digits[(incarnation >> (4 * i)) & 0xFU]);
  }
  return text + "/";
}

/// Takes the incarnation from the front of `text`; 0 if there is none. None if it is not written as
/// `incarnation_text` writes it: tokens can be compared as text.
std::optional<std::uint64_t> take_incarnation(std::string_view& text) {
  if (text.empty() || text.front() != incarnation_mark) {
    return 0;
  }
  std::uint64_t incarnation = 0;
  const auto number = text.substr(1, incarnation_digits);
  const auto read = std::from_chars(number.data(), number.data() + number.size(), incarnation, 16);
  if (read.ec != std::errc() || incarnation == 0 ||
      !text.starts_with(incarnation_text(incarnation))) {
    return std::nullopt;
  }
  text.remove_prefix(1 + incarnation_digits + 1);
  return incarnation;
}

/// The number before the next slash, which it takes from `text`; none if there is none. A number is
/// written in one way only, too.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || text.front() == '0') {
    return std::nullopt;
  }
  std::uint64_t number = 0;
  const char* const end = text.data() + slash;
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) {
    return std::nullopt;
  }
  text.remove_prefix(slash + 1);
  return number;
}

auto invalid_token(std::string message) {
  return failure(ClientError{ClientError::Kind::invalid_input, std::move(message)});
}

}  // namespace

std::string ActivityToken::to_string() const {
  return (incarnation == 0 ? std::string() : incarnation_text(incarnation)) +
         std::to_string(execution_id) + "/" + std::to_string(event_id) + "/" + instance;
}

Result<ActivityToken, ClientError> ActivityToken::parse(std::string_view text) {
  std::string_view rest = text;
  const auto incarnation = take_incarnation(rest);
  const auto execution = incarnation ? take_number(rest) : std::nullopt;
  const auto event = execution ? take_number(rest) : std::nullopt;
  if (!event) {
    return invalid_token("the activity token `" + std::string(text.substr(0, 40)) +
                         "` is not of the form incarnation/execution/event/instance, for instance "
                         "i00c0ffee00c0ffee/1/2/order-7");
  }
  if (const auto id = model::check_instance_id(rest); !id) {
    return invalid_token("the activity token is wrong: " + id.error().what);
  }
  return ActivityToken{std::string(rest), *execution, *event, *incarnation};
}

}  // namespace duroxide::DUROXIDE_ABI
