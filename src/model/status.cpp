#include <duroxide/status.hpp>

#include <duroxide/management_types.hpp>

namespace duroxide {

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
  return "Failed: " + error()->to_string();
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
  }
  return "Unknown";
}

}  // namespace duroxide
