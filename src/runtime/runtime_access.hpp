#pragma once

#include <optional>

#include <duroxide/clock.hpp>
#include <duroxide/result.hpp>
#include <duroxide/runtime.hpp>

#include "runtime/registry.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

/// The way to what is registered with a runtime that has not started, for the layers above.
struct RuntimeAccess {
  [[nodiscard]] static runtime::OrchestrationRegistry& orchestrations(Runtime& runtime);
  [[nodiscard]] static runtime::ActivityRegistry& activities(Runtime& runtime);
  /// When the next activity that sleeps goes on, by the store's clock; none if none sleeps.
  [[nodiscard]] static std::optional<Timestamp> next_wake(const Runtime& runtime);
  /// Errors: `registry_error`, with all mistakes so far.
  [[nodiscard]] static Result<void, RuntimeError> check_registrations(const Runtime& runtime);
};

}  // namespace duroxide::DUROXIDE_ABI::detail
