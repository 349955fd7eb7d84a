#pragma once

// What all parts of the stores share.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <duroxide/errors.hpp>
#include <duroxide/result.hpp>

#include "model/flaw.hpp"
#include "model/inline_function.hpp"
#include "storage/storage_failure.hpp"

namespace duroxide::storage {

/// An instance's number: what stands for its id in every key.
using Number = std::uint64_t;

/// Who holds a lease: the id of the actor that fetched. 0 is nobody in particular.
using Holder = std::uint64_t;

/// Answers one request, once.
template <class T>
using Reply = model::InlineFunction<void(T)>;

/// Refuses a request that is wrong itself.
[[noreturn]] inline void throw_invalid(std::string why) {
  throw StorageFailure(ProviderError::Kind::invalid_input, std::move(why));
}

/// Refuses the request if a check has found a flaw in it.
inline void require(const model::Checked& checked) {
  if (!checked) {
    throw_invalid(checked.error().what);
  }
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
