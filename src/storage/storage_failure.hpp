#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include <duroxide/errors.hpp>
#include <duroxide/result.hpp>

namespace duroxide::storage {

/// Leaves a request half way, at whatever depth: a row cannot be read, a system call has failed, or the
/// request is refused. Caught where requests are applied or answered (`Engine::apply`, `answer_of`) and
/// where a store is opened, which make it the error of the answer, and by those who go on behind damage.
/// It never leaves a store. The page on the sources says how errors travel.
class StorageFailure : public std::exception {
 public:
  StorageFailure(ProviderError::Kind kind, std::string message, bool retryable = false)
      : error_{kind, {}, std::move(message), retryable} {}
  /// What another thread has met.
  explicit StorageFailure(ProviderError error) : error_(std::move(error)) {}

  [[nodiscard]] const ProviderError& error() const { return error_; }
  [[nodiscard]] const char* what() const noexcept override { return error_.message.c_str(); }

 private:
  ProviderError error_;
};

[[nodiscard]] inline ProviderError make_error(ProviderError::Kind kind, std::string_view operation,
                                              std::string message, bool retryable = false) {
  return ProviderError{kind, std::string(operation), std::move(message), retryable};
}

/// What a system call failed of, by its `errno`. `doing` says what was done.
[[nodiscard]] StorageFailure system_failure(int code, const std::string& doing);

/// No room, but nothing broken: the same may work later.
[[nodiscard]] bool is_disk_full(int code);

}  // namespace duroxide::storage
