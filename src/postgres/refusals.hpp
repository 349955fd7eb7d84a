#pragma once

// What management refuses beside what every request does.

#include <string>
#include <utility>

#include <duroxide/errors.hpp>
#include <duroxide/result.hpp>

#include "model/flaw.hpp"
#include "postgres/refusal.hpp"

namespace duroxide::postgres {

[[noreturn]] inline void refuse_unknown(const std::string& instance) {
  throw Refusal(ProviderError::Kind::instance_not_found, "there is no instance `" + instance + "`");
}

[[noreturn]] inline void refuse_finished(const std::string& instance) {
  throw Refusal(ProviderError::Kind::instance_finished,
                "the instance `" + instance + "` has ended");
}

/// The value, or that the row cannot be read; `what` says which row.
template <class T>
[[nodiscard]] T require_readable(const std::string& what, Result<T, model::Flaw> read) {
  if (!read) {
    throw Refusal(ProviderError::Kind::corrupt,
                  what + " cannot be read: " + std::move(read).error().what);
  }
  return std::move(*read);
}

/// The result of `act`, or what it threw, as the answer to a request.
template <class T, class Act>
[[nodiscard]] Result<T, ProviderError> answer_of(const char* operation, const Act& act) {
  try {
    return act();
  } catch (const Refusal& refused) {
    return failure(refused.told_for(operation));
  }
}

}  // namespace duroxide::postgres
