#include <duroxide/status.hpp>

#include <algorithm>
#include <utility>

#include <duroxide/status_filter.hpp>

namespace duroxide::DUROXIDE_ABI {

OrchestrationStatus::OrchestrationStatus(State state) : state_(std::move(state)) {}

bool OrchestrationStatus::is_not_found() const {
  return std::holds_alternative<NotFound>(state_);
}

bool OrchestrationStatus::is_running() const {
  return std::holds_alternative<Running>(state_);
}

bool OrchestrationStatus::is_completed() const {
  return std::holds_alternative<Completed>(state_);
}

bool OrchestrationStatus::is_failed() const {
  return std::holds_alternative<Failed>(state_);
}

bool OrchestrationStatus::is_cancelled() const {
  return is_failed() && std::get<Failed>(state_).details.is_cancelled();
}

OrchestrationStatus OrchestrationStatus::with_custom_status(std::optional<std::string> text,
                                                            std::uint64_t version) && {
  custom_status_ = std::move(text);
  custom_status_version_ = version;
  return std::move(*this);
}

OrchestrationStatus::OrchestrationStatus(ExecutionStatus kind) {
  switch (kind) {
    case ExecutionStatus::completed:
      state_ = Completed{};
      return;
    case ExecutionStatus::failed:
      state_ = Failed{};
      return;
    case ExecutionStatus::cancelled:
      state_ = Failed{application_error(ErrorKind::cancelled, {})};
      return;
    case ExecutionStatus::running:
    case ExecutionStatus::continued_as_new:
      break;
  }
  state_ = Running{};
}

std::optional<ExecutionStatus> OrchestrationStatus::kind() const {
  if (is_not_found()) {
    return std::nullopt;
  }
  if (is_running()) {
    return ExecutionStatus::running;
  }
  if (is_completed()) {
    return ExecutionStatus::completed;
  }
  return is_cancelled() ? ExecutionStatus::cancelled : ExecutionStatus::failed;
}

const std::string& OrchestrationStatus::output() const {
  static const std::string none;
  const auto* completed = std::get_if<Completed>(&state_);
  return completed == nullptr ? none : completed->output;
}

const ErrorDetails* OrchestrationStatus::error() const {
  const auto* failed = std::get_if<Failed>(&state_);
  return failed == nullptr ? nullptr : &failed->details;
}

std::string OrchestrationStatus::to_string() const {
  if (is_not_found()) {
    return "NotFound";
  }
  if (is_running()) {
    return "Running";
  }
  if (is_completed()) {
    return "Completed: " + output();
  }
  return is_cancelled() ? "Cancelled: " + error()->message : "Failed: " + error()->to_string();
}

std::string_view to_string(const OrchestrationStatus& status) {
  const auto kind = status.kind();
  return kind ? to_string(*kind) : "NotFound";
}

std::string_view to_string(ExecutionStatus status) {
  switch (status) {
    case ExecutionStatus::running:
      return "Running";
    case ExecutionStatus::completed:
      return "Completed";
    case ExecutionStatus::failed:
      return "Failed";
    case ExecutionStatus::continued_as_new:
      return "ContinuedAsNew";
    case ExecutionStatus::cancelled:
      return "Cancelled";
  }
  return "Unknown";
}

std::string_view to_string(const StatusFilter& filter) {
  if (filter.is_paused()) {
    return "Paused";
  }
  return filter.status() ? to_string(*filter.status()) : "NotFound";
}

std::optional<StatusFilter> StatusFilter::parse(std::string_view name) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  const auto is = [&](std::string_view other) {
    return std::equal(name.begin(), name.end(), other.begin(), other.end(),
                      [&](char a, char b) { return lower(a) == lower(b); });
  };
  for (const auto status : {ExecutionStatus::running, ExecutionStatus::completed,
                            ExecutionStatus::failed, ExecutionStatus::cancelled}) {
    if (is(to_string(status))) {
      return status;
    }
  }
  return is("Paused") ? std::optional(paused()) : std::nullopt;
}

}  // namespace duroxide::DUROXIDE_ABI
