#pragma once

#include <exception>
#include <functional>
#include <string>
#include <utility>

#include <duroxide/errors.hpp>
#include <duroxide/result.hpp>

#include "model/flaw.hpp"

namespace duroxide::postgres {

/// Answers one request, once.
template <class T>
using Reply = std::function<void(Result<T, ProviderError>)>;

/// Leaves a request that is refused before the database has seen it.
class Refusal : public std::exception {
 public:
  Refusal(ProviderError::Kind kind, std::string message) : error_{kind, {}, std::move(message)} {}
  /// What the database has answered.
  explicit Refusal(ProviderError error) : error_(std::move(error)) {}

  [[nodiscard]] const ProviderError& error() const { return error_; }
  /// Something that is stored cannot be read.
  [[nodiscard]] bool is_damage() const { return error_.kind == ProviderError::Kind::corrupt; }

  [[nodiscard]] const char* what() const noexcept override { return error_.message.c_str(); }
  [[nodiscard]] ProviderError told_for(const char* operation) const {
    ProviderError error = error_;
    error.operation = operation;
    return error;
  }

 private:
  ProviderError error_;
};

[[noreturn]] inline void refuse_input(std::string why) {
  throw Refusal(ProviderError::Kind::invalid_input, std::move(why));
}

/// Refuses a request if a check has found a flaw in it.
inline void require(const model::Checked& checked) {
  if (!checked) {
    refuse_input(checked.error().what);
  }
}

[[nodiscard]] inline ProviderError refused(const char* operation, ProviderError::Kind kind,
                                           std::string message) {
  return ProviderError{kind, operation, std::move(message)};
}

/// Carries out a request, or tells whoever has asked why it is refused.
template <class T, class Act>
void or_refuse(const char* operation, const Reply<T>& reply, const Act& act) {
  try {
    act();
  } catch (const Refusal& refusal) {
    reply(failure(refusal.told_for(operation)));
  }
}

}  // namespace duroxide::postgres
