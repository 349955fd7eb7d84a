#pragma once

#include <duroxide/errors.hpp>
#include <duroxide/result.hpp>
#include <duroxide/runtime.hpp>

namespace duroxide::runtime {

/// The error, of kind `invalid_options`, tells all mistakes, one a line.
[[nodiscard]] Result<void, RuntimeError> check_options(const RuntimeOptions& options);

}  // namespace duroxide::runtime
