// What an activity is told and can say: `ActivityToken` and `ActivityContext`.

#include <duroxide/activity.hpp>

#include <charconv>
#include <stdexcept>
#include <system_error>

#include <duroxide/client.hpp>

#include "model/limits.hpp"

namespace duroxide {

namespace {

/// The number before the next slash, which it takes from `text`; none if there is none. A number is
/// written in one way only, so that tokens can be compared as text.
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

}  // namespace

std::string ActivityToken::to_string() const {
  return std::to_string(execution_id) + "/" + std::to_string(event_id) + "/" + instance;
}

Result<ActivityToken, std::string> ActivityToken::parse(std::string_view text) {
  std::string_view rest = text;
  const auto execution = take_number(rest);
  const auto event = execution ? take_number(rest) : std::nullopt;
  if (!event) {
    return failure("the activity token `" + std::string(text.substr(0, 40)) +
                   "` is not of the form execution/event/instance, for instance 1/2/order-7");
  }
  if (std::string problem = model::check_instance_id(rest); !problem.empty()) {
    return failure("the activity token is wrong: " + problem);
  }
  return ActivityToken{std::string(rest), *execution, *event};
}

void ActivityContext::record_progress(Result<std::string, std::string> progress) const {
  const std::string problem =
      progress ? model::check_heartbeat(*progress) : std::string(progress.error());
  if (!problem.empty()) {
    log_warn("a heartbeat was dropped: " + problem);
    return;
  }
  if (services_.heartbeat) {
    services_.heartbeat(token(), std::move(*progress));
  }
}

Client ActivityContext::client() const {
  if (!services_.client) {
    throw std::logic_error("this ActivityContext was made without a client");
  }
  return services_.client();
}

void ActivityContext::log(LogLevel level, std::string message) const {
  if (services_.log) {
    services_.log(LogRecord{level, std::move(message), call_.instance, call_.execution_id,
                            call_.orchestration, call_.version, call_.activity, call_.event_id});
  }
}

}  // namespace duroxide
