#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <duroxide/codec.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/errors.hpp>

namespace duroxide::DUROXIDE_ABI {

/// The state of an execution as it is indexed. An instance has the status of its current execution,
/// and is never `continued_as_new` itself. One that was cancelled is `cancelled` and not `failed`.
enum class ExecutionStatus : std::uint8_t {
  running,
  completed,
  failed,
  continued_as_new,
  cancelled,  ///< ended because it was asked to, or terminated
};

/// `Running`, `Completed`, `Failed`, `ContinuedAsNew`, `Cancelled`.
[[nodiscard]] DUROXIDE_API std::string_view to_string(ExecutionStatus status);

/// The state of an instance as a client sees it: `Running`, `Completed{output}`,
/// `Failed{details}` or `NotFound`. A cancelled instance is `Failed` with
/// `details.is_cancelled()`, so `is_failed` holds for it too; what compares with an
/// `ExecutionStatus`, names, counts or lists tells it from one that failed of itself.
class DUROXIDE_API OrchestrationStatus {
 public:
  struct NotFound {
    bool operator==(const NotFound&) const = default;
  };
  /// Started or waiting to start; an instance that continues as new stays running.
  struct Running {
    bool operator==(const Running&) const = default;
  };
  struct Completed {
    std::string output;
    bool operator==(const Completed&) const = default;
  };
  struct Failed {
    ErrorDetails details;
    bool operator==(const Failed&) const = default;
  };
  using State = std::variant<NotFound, Running, Completed, Failed>;

  OrchestrationStatus() = default;
  OrchestrationStatus(State state);  // NOLINT: a status is its state
  template <class Alternative>
  requires std::same_as<Alternative, NotFound> || std::same_as<Alternative, Running> ||
      std::same_as<Alternative, Completed> || std::same_as<Alternative, Failed>
      OrchestrationStatus(Alternative state) : state_(std::move(state)) {}  // NOLINT: likewise
  /// A status of that kind that carries no output and no failure's text. `continued_as_new` is
  /// running, as the instance is.
  OrchestrationStatus(ExecutionStatus kind);  // NOLINT: where only the kind matters

  [[nodiscard]] const State& state() const { return state_; }
  [[nodiscard]] bool is_not_found() const;
  [[nodiscard]] bool is_running() const;
  [[nodiscard]] bool is_completed() const;
  /// Also of a cancelled one; see `kind`.
  [[nodiscard]] bool is_failed() const;
  [[nodiscard]] bool is_cancelled() const;
  [[nodiscard]] bool is_terminal() const { return is_completed() || is_failed(); }

  /// The state without what it carries: `cancelled` is not `failed` here. None for `NotFound`.
  [[nodiscard]] std::optional<ExecutionStatus> kind() const;
  /// `status == ExecutionStatus::failed` is false for a cancelled one.
  friend bool operator==(const OrchestrationStatus& status, ExecutionStatus kind) {
    return status.kind() == kind;
  }

  /// The output of a completed instance; empty in every other state.
  [[nodiscard]] const std::string& output() const;

  /// The output as a `T`. Errors: `invalid_payload` if the instance has no output or it does not
  /// decode.
  template <class T>
  [[nodiscard]] Result<T, ClientError> output_as() const {
    if (!is_completed()) {
      return failure(ClientError{ClientError::Kind::invalid_payload,
                                 "the instance has no output: " + to_string()});
    }
    auto decoded = decode_payload<T>(output());
    if (!decoded) {
      return failure(ClientError{ClientError::Kind::invalid_payload, decoded.error()});
    }
    return std::move(*decoded);
  }

  /// What the orchestration last said of itself with `set_custom_status`; it outlives the instance's
  /// end.
  [[nodiscard]] const std::optional<std::string>& custom_status() const { return custom_status_; }
  /// Grows with each change of the custom status; 0 if it was never set.
  [[nodiscard]] std::uint64_t custom_status_version() const { return custom_status_version_; }
  /// For those who make a status: the same with this custom status.
  [[nodiscard]] OrchestrationStatus with_custom_status(std::optional<std::string> text,
                                                       std::uint64_t version) &&;

  /// The failure of a failed instance; null in every other state.
  [[nodiscard]] const ErrorDetails* error() const;

  /// `Running`, `Completed: <output>`, `Failed: <message>`, `Cancelled: <reason>`, `NotFound`.
  [[nodiscard]] std::string to_string() const;

  bool operator==(const OrchestrationStatus&) const = default;

 private:
  State state_;
  std::optional<std::string> custom_status_;
  std::uint64_t custom_status_version_ = 0;
};

/// The kind alone, as a list shows it: `Running`, `Completed`, `Failed`, `Cancelled`, `NotFound`.
[[nodiscard]] DUROXIDE_API std::string_view to_string(const OrchestrationStatus& status);

}  // namespace duroxide::DUROXIDE_ABI
