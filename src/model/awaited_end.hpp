#pragma once

#include <string>

#include <duroxide/errors.hpp>

namespace duroxide::model {

/// What code is told that waits for the end of an instance which nobody will tell it of. `what` says why not.
[[nodiscard]] ErrorDetails cannot_be_awaited(const std::string& instance, ErrorCategory category,
                                             ErrorKind kind, const std::string& what);

/// The same of an instance that is deleted while it runs.
[[nodiscard]] ErrorDetails deleted_while_awaited(const std::string& instance);

}  // namespace duroxide::model
