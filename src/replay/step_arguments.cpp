#include "replay/step_arguments.hpp"

#include <utility>

#include <duroxide/errors.hpp>

#include "model/limits.hpp"

namespace duroxide::replay {

namespace {

[[noreturn]] void refuse(ErrorKind kind, std::string problem) {
  ErrorDetails details;
  details.category = ErrorCategory::configuration;
  details.kind = kind;
  details.message = std::move(problem);
  throw OrchestrationError(std::move(details));
}

void require_duration(const char* what, const std::optional<Milliseconds>& duration) {
  if (duration && (*duration <= Milliseconds::zero() || *duration > max_delay)) {
    refuse(ErrorKind::invalid_input,
           std::string("the ") + what + " is not above 0, or it is above 100 years");
  }
}

void require_policy(const std::optional<RetryPolicy>& policy) {
  if (!policy) {
    return;
  }
  if (policy->max_attempts() == 0) {
    refuse(ErrorKind::invalid_input, "the retry policy allows 0 attempts; the first one counts");
  }
  if (!policy->backoff().is_valid() || policy->max_backoff() < Milliseconds::zero() ||
      policy->max_backoff() > max_delay) {
    refuse(ErrorKind::invalid_input,
           "the backoff of the retry policy is negative, above 100 years, or becomes shorter");
  }
  if (!(policy->jitter() >= 0.0 && policy->jitter() <= 1.0)) {
    refuse(ErrorKind::invalid_input, "the jitter of the retry policy is not between 0 and 1");
  }
  require_duration("timeout of an attempt", policy->attempt_timeout());
}

}  // namespace

void require(const model::Checked& checked) {
  if (!checked) {
    refuse(ErrorKind::invalid_input, checked.error().what);
  }
}

void require_version(const std::optional<std::string>& version) {
  if (version) {
    require(model::check_version(*version));
  }
}

void require_within(const std::string& what, std::size_t size, std::size_t limit,
                    std::string_view unit, std::string_view option) {
  if (size > limit) {
    refuse(ErrorKind::limit_exceeded, "the " + what + " would have " + std::to_string(size) + " " +
                                          std::string(unit) + ", the limit is " +
                                          std::to_string(limit) + " (" + std::string(option) + ")");
  }
}

void require_options(const ActivityOptions& options) {
  require_policy(options.retry());
  require_duration("timeout of the activity", options.timeout());
  require_duration("start_timeout of the activity", options.start_timeout());
  require_duration("run_timeout of the activity", options.run_timeout());
  require_duration("heartbeat_timeout of the activity", options.heartbeat_timeout());
  if (options.tag()) {
    require(model::check_name("activity's tag", *options.tag()));
  }
  if (options.session()) {
    require(model::check_name("activity's session", *options.session()));
  }
}

void require_options(const SubOrchestrationOptions& options) {
  require_policy(options.retry());
  require_duration("timeout of the sub-orchestration", options.timeout());
  require_version(options.version());
  if (options.instance_id()) {
    require(model::check_instance_id(*options.instance_id()));
  }
}

}  // namespace duroxide::replay
