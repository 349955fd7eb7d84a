#include <duroxide/errors.hpp>

#include <utility>

namespace duroxide::DUROXIDE_ABI {

std::string_view to_string(ErrorCategory category) {
  switch (category) {
    case ErrorCategory::infrastructure:
      return "infrastructure";
    case ErrorCategory::configuration:
      return "configuration";
    case ErrorCategory::application:
      return "application";
    case ErrorCategory::poison:
      return "poison";
  }
  return "unknown";
}

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::activity_failed:
      return "activity failed";
    case ErrorKind::orchestration_failed:
      return "orchestration failed";
    case ErrorKind::unhandled_exception:
      return "unhandled exception";
    case ErrorKind::cancelled:
      return "canceled";
    case ErrorKind::nondeterminism:
      return "nondeterministic";
    case ErrorKind::spurious_suspension:
      return "spurious suspension";
    case ErrorKind::limit_exceeded:
      return "limit exceeded";
    case ErrorKind::invalid_payload:
      return "invalid payload";
    case ErrorKind::instance_already_exists:
      return "instance already exists";
    case ErrorKind::storage:
      return "storage";
    case ErrorKind::poisoned_orchestration:
      return "poisoned orchestration";
    case ErrorKind::poisoned_activity:
      return "poisoned activity";
    case ErrorKind::invalid_input:
      return "invalid input";
    case ErrorKind::attempt_timed_out:
      return "attempt timed out";
    case ErrorKind::timed_out:
      return "timed out";
    case ErrorKind::cancellation_ignored:
      return "cancellation ignored";
  }
  return "unknown";
}

std::string_view to_string(ProviderError::Kind kind) {
  using Kind = ProviderError::Kind;
  switch (kind) {
    case Kind::storage:
      return "storage";
    case Kind::disk_full:
      return "disk full";
    case Kind::permission_denied:
      return "permission denied";
    case Kind::not_a_directory:
      return "not a directory";
    case Kind::foreign_store:
      return "foreign store";
    case Kind::newer_format:
      return "newer format";
    case Kind::corrupt:
      return "corrupt";
    case Kind::in_use:
      return "in use";
    case Kind::closed:
      return "closed";
    case Kind::invalid_input:
      return "invalid input";
    case Kind::invalid_lock_token:
      return "invalid lock token";
    case Kind::instance_not_found:
      return "instance not found";
    case Kind::instance_already_exists:
      return "instance already exists";
    case Kind::instance_finished:
      return "instance finished";
    case Kind::activity_not_found:
      return "activity not found";
    case Kind::read_only:
      return "read only";
    case Kind::no_store:
      return "no store";
    case Kind::not_available:
      return "not available";
    case Kind::cancelled:
      return "cancelled";
  }
  return "unknown";
}

std::string_view to_string(ClientError::Kind kind) {
  using Kind = ClientError::Kind;
  switch (kind) {
    case Kind::storage_error:
      return "storage error";
    case Kind::instance_not_found:
      return "instance not found";
    case Kind::invalid_instance:
      return "invalid instance";
    case Kind::timeout:
      return "timeout";
    case Kind::invalid_filter:
      return "invalid filter";
    case Kind::invalid_input:
      return "invalid input";
    case Kind::instance_already_exists:
      return "instance already exists";
    case Kind::instance_finished:
      return "instance finished";
    case Kind::activity_not_found:
      return "activity not found";
    case Kind::execution_not_found:
      return "execution not found";
    case Kind::management_not_available:
      return "management not available";
    case Kind::invalid_payload:
      return "invalid payload";
    case Kind::read_only:
      return "read only";
    case Kind::would_deadlock:
      return "would deadlock";
    case Kind::update_refused:
      return "update refused";
    case Kind::update_failed:
      return "update failed";
    case Kind::query_failed:
      return "query failed";
    case Kind::start_refused:
      return "start refused";
    case Kind::cancelled:
      return "cancelled";
  }
  return "unknown";
}

std::string ErrorDetails::to_string() const {
  switch (kind) {
    case ErrorKind::activity_failed:
    case ErrorKind::orchestration_failed:
      return message;
    case ErrorKind::unhandled_exception:
    case ErrorKind::cancelled:
    case ErrorKind::nondeterminism:
    case ErrorKind::spurious_suspension:
    case ErrorKind::limit_exceeded:
    case ErrorKind::invalid_payload:
    case ErrorKind::instance_already_exists:
    case ErrorKind::storage:
    case ErrorKind::poisoned_orchestration:
    case ErrorKind::poisoned_activity:
    case ErrorKind::invalid_input:
    case ErrorKind::attempt_timed_out:
    case ErrorKind::timed_out:
    case ErrorKind::cancellation_ignored:
      break;
  }
  return std::string(duroxide::to_string(kind)) + ": " + message;
}

void ErrorDetails::came_through(ErrorOrigin origin) {
  if (chain.size() == max_origins) {
    // Where it arose and where it has got to tell more than what lies between.
    chain.erase(chain.begin() + max_origins / 2);
  }
  chain.push_back(std::move(origin));
}

std::string ErrorDetails::describe_chain() const {
  std::string text;
  for (const ErrorOrigin& origin : chain) {
    text += text.empty() ? "" : ", ";
    if (origin.kind == ErrorOrigin::Kind::activity) {
      // Whoever fails an activity from outside knows its token, not its name.
      text += "activity " + (origin.name.empty() ? std::to_string(origin.event_id) : origin.name) +
              " of " + origin.instance;
    } else {
      text += "orchestration " + origin.name + " (" + origin.instance + ")";
    }
  }
  return text;
}

ErrorDetails application_error(ErrorKind kind, std::string message, std::string subject) {
  ErrorDetails details;
  details.category = ErrorCategory::application;
  details.kind = kind;
  details.message = std::move(message);
  details.subject = std::move(subject);
  return details;
}

ErrorDetails ApplicationError::details(ErrorKind kind, std::string subject) const {
  ErrorDetails details = application_error(kind, detail::words_of(*this), std::move(subject));
  details.do_not_retry = do_not_retry_;
  details.data = data_;
  return details;
}

std::string ProviderError::to_string() const {
  std::string text(duroxide::to_string(kind));
  if (!operation.empty()) {
    text = operation + ": " + text;
  }
  return text + ": " + message;
}

PayloadError::PayloadError(std::string message, std::string subject)
    : OrchestrationError(
          application_error(ErrorKind::invalid_payload, std::move(message), std::move(subject))) {}

}  // namespace duroxide::DUROXIDE_ABI
