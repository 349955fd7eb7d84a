#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include <duroxide/codec.hpp>
#include <duroxide/errors.hpp>

namespace duroxide {

/// The state of an instance as a client sees it: `Running`, `Completed{output}`,
/// `Failed{details}` or `NotFound`. A cancelled instance is `Failed` with
/// `details.is_cancelled()`.
class OrchestrationStatus {
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
  OrchestrationStatus(State state) : state_(std::move(state)) {}  // NOLINT: a status is its state

  [[nodiscard]] const State& state() const { return state_; }
  [[nodiscard]] bool is_not_found() const { return std::holds_alternative<NotFound>(state_); }
  [[nodiscard]] bool is_running() const { return std::holds_alternative<Running>(state_); }
  [[nodiscard]] bool is_completed() const { return std::holds_alternative<Completed>(state_); }
  [[nodiscard]] bool is_failed() const { return std::holds_alternative<Failed>(state_); }
  [[nodiscard]] bool is_cancelled() const {
    return is_failed() && std::get<Failed>(state_).details.is_cancelled();
  }
  [[nodiscard]] bool is_terminal() const { return is_completed() || is_failed(); }

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
                                                       std::uint64_t version) && {
    custom_status_ = std::move(text);
    custom_status_version_ = version;
    return std::move(*this);
  }

  /// The failure of a failed instance; null in every other state.
  [[nodiscard]] const ErrorDetails* error() const;

  /// `Running`, `Completed: <output>`, `Failed: <message>`, `NotFound`.
  [[nodiscard]] std::string to_string() const;

  bool operator==(const OrchestrationStatus&) const = default;

 private:
  State state_;
  std::optional<std::string> custom_status_;
  std::uint64_t custom_status_version_ = 0;
};

}  // namespace duroxide
