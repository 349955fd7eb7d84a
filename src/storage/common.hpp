#pragma once

// What all parts of the stores share.

#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <duroxide/errors.hpp>
#include <duroxide/result.hpp>

namespace duroxide::storage {

/// An instance's number: what stands for its id in every key.
using Number = std::uint64_t;

/// Who holds a lease: the id of the actor that fetched. 0 is nobody in particular.
using Holder = std::uint64_t;

/// Answers one request, once.
template <class T>
using Reply = std::function<void(T)>;

/// Leaves a request half way. Caught where requests are applied, which turns it into the answer;
/// it never leaves a store.
class StorageFailure : public std::exception {
 public:
  StorageFailure(ProviderError::Kind kind, std::string message, bool retryable = false)
      : error_{kind, {}, std::move(message), retryable} {}

  [[nodiscard]] const ProviderError& error() const { return error_; }
  [[nodiscard]] const char* what() const noexcept override { return error_.message.c_str(); }

 private:
  ProviderError error_;
};

/// Refuses the request if one of the checks in model/limits.hpp has found something.
inline void require(const std::string& problem) {
  if (!problem.empty()) {
    throw StorageFailure(ProviderError::Kind::invalid_input, problem);
  }
}

[[nodiscard]] inline ProviderError make_error(ProviderError::Kind kind, std::string_view operation,
                                              std::string message, bool retryable = false) {
  return ProviderError{kind, std::string(operation), std::move(message), retryable};
}

/// The result of a read, or what it threw, as the answer to a request.
template <class T, class Read>
[[nodiscard]] Result<T, ProviderError> answer_of(std::string_view operation, const Read& read) {
  try {
    return read();
  } catch (const StorageFailure& failed) {
    ProviderError error = failed.error();
    error.operation = operation;
    return failure(std::move(error));
  }
}

}  // namespace duroxide::storage
