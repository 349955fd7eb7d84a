#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <duroxide/detail/api.hpp>
#include <duroxide/payload.hpp>

namespace duroxide::DUROXIDE_ABI {

namespace detail {

/// What an exception says of itself. One that says nothing, as its `what()` is null, has a text too.
[[nodiscard]] inline std::string words_of(const std::exception& thrown) {
  const char* words = thrown.what();
  return words == nullptr ? "an exception that says nothing (its what() is null)" : words;
}

}  // namespace detail

/// Who has to act on an error.
enum class ErrorCategory : std::uint8_t {
  infrastructure,  ///< the store or the machine; often worth a retry
  configuration,   ///< the program: nondeterminism, a limit, a missing registration
  application,     ///< the user's orchestration or activity said so
  poison,          ///< a message was delivered too often without ever being finished
};

/// What went wrong, finer than the category.
enum class ErrorKind : std::uint8_t {
  activity_failed,          ///< an activity returned an error or threw
  orchestration_failed,     ///< an orchestration threw a `std::exception` of the user's
  unhandled_exception,      ///< something that is not a `std::exception` was thrown
  cancelled,                ///< the instance was asked to stop
  nondeterminism,           ///< code and history disagree
  spurious_suspension,      ///< the compiler's coroutine defect; the message says how to avoid it
  limit_exceeded,           ///< a configured limit
  invalid_payload,          ///< a payload did not decode into the type asked for
  instance_already_exists,  ///< a child was to start under an id that is taken
  storage,                  ///< the provider failed
  poisoned_orchestration,   ///< the turn was started too often
  poisoned_activity,        ///< the activity was started too often
  invalid_input,            ///< a wrong argument of a call in the orchestration
  attempt_timed_out,        ///< one attempt of a call took longer than its policy allows
  timed_out,                ///< a call with all its attempts, or an instance, took too long
  cancellation_ignored,     ///< the code caught its cancellation again and again
};

[[nodiscard]] DUROXIDE_API std::string_view to_string(ErrorCategory category);
[[nodiscard]] DUROXIDE_API std::string_view to_string(ErrorKind kind);

/// Where code and history parted, as data. `ErrorDetails::message` holds the same as text.
struct NondeterminismReport {
  std::uint64_t event_id = 0;  ///< the event of the history that does not fit
  std::string recorded;        ///< what history holds there
  std::string attempted;       ///< what the code did instead
  std::string orchestration;
  std::string version;

  bool operator==(const NondeterminismReport&) const = default;
};

/// One place that an error has come through: the call that failed there.
struct DUROXIDE_API ErrorOrigin {
  enum class Kind : std::uint8_t { activity, orchestration };

  Kind kind = Kind::activity;
  std::string name;      ///< of the activity or the orchestration
  std::string instance;  ///< the activity's caller, or the orchestration's own instance
  std::uint64_t execution_id = 0;
  std::uint64_t event_id = 0;  ///< of the activity's schedule; 0 for an orchestration

  bool operator==(const ErrorOrigin&) const = default;
};

/// What an error of the application's says beside its message: a value of the user's, as a payload. See
/// `ErrorType`, which reads and writes it.
struct ErrorData {
  std::string type;  ///< the name of the `ErrorType`
  Payload payload;

  bool operator==(const ErrorData&) const = default;
};

/// The failure of an activity, of an orchestration or of the engine on their behalf. It is kept in
/// history, handed to a parent and returned to clients unchanged.
struct DUROXIDE_API ErrorDetails {
  ErrorCategory category = ErrorCategory::application;
  ErrorKind kind = ErrorKind::orchestration_failed;
  /// For people: what failed and what to do. For an application error, the user's own message, of which
  /// 64 KiB are kept; it then says how long it was.
  std::string message;
  /// What it happened to: an activity's name, an instance id, an operation of the store.
  std::string subject;
  /// Information only: the engine never repeats an application error by itself.
  bool retryable = false;
  /// Poison only: how often the message was delivered, and how often it may be.
  std::uint32_t attempts = 0;
  std::uint32_t max_attempts = 0;
  /// Nondeterminism only.
  std::optional<NondeterminismReport> nondeterminism;
  /// The way the error has come, the place where it arose first: an activity, the child
  /// orchestration that did not handle it, and so on up. Beyond `max_origins` the middle is left out.
  std::vector<ErrorOrigin> chain;
  /// Another attempt would come to the same: no retry policy makes one.
  bool do_not_retry = false;
  /// Of an application error: at most 64 KiB. More is left out, and the message says so.
  std::optional<ErrorData> data;

  static constexpr std::size_t max_origins = 16;

  /// Adds a place to the chain.
  void came_through(ErrorOrigin origin);

  /// The chain for people, e.g. `activity Charge of payment-3, orchestration Payment (payment-3)`;
  /// empty for an empty chain.
  [[nodiscard]] std::string describe_chain() const;

  /// The message with its category before it where that is not `application`, for instance
  /// `nondeterministic: …` or `canceled: …`.
  [[nodiscard]] std::string to_string() const;

  [[nodiscard]] bool is_cancelled() const { return kind == ErrorKind::cancelled; }

  bool operator==(const ErrorDetails&) const = default;
};

/// Details of an application error with the user's message.
[[nodiscard]] DUROXIDE_API ErrorDetails application_error(ErrorKind kind, std::string message,
                                                          std::string subject = {});

/// A failure of a store, or its refusal of a request.
struct DUROXIDE_API ProviderError {
  enum class Kind : std::uint8_t {
    storage,             ///< the disk or the database failed
    disk_full,           ///< no room; nothing was changed
    permission_denied,   ///< the directory or a file of it cannot be written
    not_a_directory,     ///< the path is something else
    foreign_store,       ///< the database belongs to another program
    newer_format,        ///< written by a later release of this library
    corrupt,             ///< the database or a record of it cannot be read
    in_use,              ///< somebody else owns or reads the store; the message says who
    closed,              ///< the store was closed or has stopped after a fatal failure
    invalid_input,       ///< the request itself is wrong
    invalid_lock_token,  ///< the lease is over: acknowledged, abandoned, or lost by a failure
    instance_not_found,
    instance_already_exists,
    instance_finished,   ///< the instance completed, failed or was cancelled before
    activity_not_found,  ///< the activity has ended, was cancelled, or never was
    read_only,           ///< the store was opened for reading only
    no_store,            ///< the directory holds none, and opening it to read makes none
    not_available,       ///< this store does not offer what was asked for
    cancelled,           ///< whoever asked has gone before it was answered
  };

  Kind kind = Kind::storage;
  std::string operation;   ///< the protocol's name of the request, e.g. `ack_orchestration_item`
  std::string message;     ///< names the thing and says what to do
  bool retryable = false;  ///< the same request may succeed later

  [[nodiscard]] std::string to_string() const;
};

[[nodiscard]] DUROXIDE_API std::string_view to_string(ProviderError::Kind kind);

/// What a call of `Client` or `ManagementClient` can answer instead of a value.
struct DUROXIDE_API ClientError {
  enum class Kind : std::uint8_t {
    storage_error,
    instance_not_found,
    invalid_instance,  ///< an id that is empty, over-long or not UTF-8
    timeout,
    invalid_filter,
    invalid_input,  ///< any other argument: name, version, delay, payload
    instance_already_exists,
    instance_finished,  ///< events and cancellation need a live instance
    execution_not_found,
    management_not_available,  ///< the store offers no management
    invalid_payload,           ///< the output does not decode into the type asked for
    activity_not_found,        ///< the activity has ended, was cancelled, or never was
    read_only,                 ///< the store was opened for reading only
    /// A blocking call on a thread of the engine's (in orchestration code, a callback of the library's
    /// or a log sink), which would wait for itself. Use the form that takes a callback, or make the
    /// call from an activity or a thread of your own.
    would_deadlock,
    update_refused,  ///< the validator of an update said no; `details` says why
    update_failed,   ///< the handler of an update answered with an error; `details` has it
    query_failed,    ///< the handler of a query threw, or there is none; `details` says more
    start_refused,   ///< an interceptor of the client said no; the message is its
    /// The call was taken back before it was answered, or its client is gone. The message says whether
    /// it had been sent: then what it was to change may have been changed all the same.
    cancelled,
  };

  Kind kind = Kind::storage_error;
  std::string message;
  /// What the instance's own code said, of an update.
  std::optional<ErrorDetails> details = std::nullopt;

  [[nodiscard]] std::string to_string() const { return message; }
};

[[nodiscard]] DUROXIDE_API std::string_view to_string(ClientError::Kind kind);

/// What `Runtime::start` can answer.
struct DUROXIDE_API RuntimeError {
  enum class Kind : std::uint8_t {
    storage_error,
    registry_error,    ///< mistakes in the registrations, all of them, one a line
    dispatcher_error,  ///< the actors could not be started, or the runtime runs already
    invalid_options,
    would_deadlock,  ///< on a thread of the engine's; see `ClientError::Kind::would_deadlock`
  };

  Kind kind = Kind::dispatcher_error;
  std::string message;

  [[nodiscard]] std::string to_string() const { return message; }
};

/// An error of the application's own, for an activity to throw or to return (`return failure(…)`), for
/// an orchestration to throw, and for `Client::fail_activity`. It comes to whoever awaits it as
/// `ActivityFailed` or `SubOrchestrationFailed`, and to clients as the failure of the instance; not
/// caught, it goes on with all that it holds. Setters chain.
class DUROXIDE_API ApplicationError : public std::runtime_error {
 public:
  explicit ApplicationError(const std::string& message) : std::runtime_error(message) {}

  /// Another attempt would come to the same: no retry policy makes one, whatever its `retry_if` says,
  /// neither for the activity nor for a child that fails with this error.
  ApplicationError& do_not_retry() {
    do_not_retry_ = true;
    return *this;
  }
  /// A value for whoever handles the error. `ErrorType` does this for a type of yours.
  ApplicationError& data(ErrorData value) {
    data_ = std::move(value);
    return *this;
  }

  [[nodiscard]] ErrorDetails details(ErrorKind kind, std::string subject) const;

 private:
  bool do_not_retry_ = false;
  std::optional<ErrorData> data_;
};

/// Base of everything a failed await throws inside an orchestration. Uncaught, its details become
/// the failure of the orchestration.
class DUROXIDE_API OrchestrationError : public std::runtime_error {
 public:
  explicit OrchestrationError(ErrorDetails details)
      : std::runtime_error(details.to_string()), details_(std::move(details)) {}

  [[nodiscard]] const ErrorDetails& details() const { return details_; }

 private:
  ErrorDetails details_;
};

/// An awaited activity failed.
class DUROXIDE_API ActivityFailed : public OrchestrationError {
 public:
  using OrchestrationError::OrchestrationError;
};

/// An awaited sub-orchestration failed, was cancelled, or could not start.
class DUROXIDE_API SubOrchestrationFailed : public OrchestrationError {
 public:
  using OrchestrationError::OrchestrationError;
};

/// A function given to `OrchestrationContext::side_effect` has thrown, now or when it was recorded.
class DUROXIDE_API SideEffectFailed : public OrchestrationError {
 public:
  using OrchestrationError::OrchestrationError;
};

/// The instance was asked to stop. Thrown at the awaits where its code stands, once for each, unless
/// a `CancellationShield` holds it off. Let it pass, and the instance ends as cancelled. Catch it,
/// and the code can clean up under a shield; the instance still ends as cancelled when it returns.
///
/// Not a `std::exception`, so that code which handles the failures of its steps does not handle this
/// by accident.
class OrchestrationCancelled {
 public:
  explicit OrchestrationCancelled(std::string reason) : reason_(std::move(reason)) {}

  [[nodiscard]] const std::string& reason() const { return reason_; }

 private:
  std::string reason_;
};

/// A payload did not decode into the type asked for, or a value could not be encoded. The message of
/// the first names what it came from (the event, queue, activity or child, and its event in the
/// history), the type that was expected, the field and its place as a byte offset. What did not decode
/// is used up: code that catches this goes on with the next event or message.
class DUROXIDE_API PayloadError : public OrchestrationError {
 public:
  /// `subject` is the name of what it came from.
  explicit PayloadError(std::string message, std::string subject = {});
};

}  // namespace duroxide::DUROXIDE_ABI
