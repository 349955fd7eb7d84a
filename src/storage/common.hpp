#pragma once

// What all parts of the stores share.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <duroxide/errors.hpp>
#include <duroxide/result.hpp>

#include "storage/storage_failure.hpp"

namespace duroxide::storage {

/// An instance's number: what stands for its id in every key.
using Number = std::uint64_t;

/// Who holds a lease: the id of the actor that fetched. 0 is nobody in particular.
using Holder = std::uint64_t;

/// Answers one request, once.
template <class T>
using Reply = std::function<void(T)>;

/// Refuses the request if one of the checks in model/limits.hpp has found something.
inline void require(const std::string& problem) {
  if (!problem.empty()) {
    throw StorageFailure(ProviderError::Kind::invalid_input, problem);
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
