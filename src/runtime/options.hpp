#pragma once

#include <string>

#include <duroxide/runtime.hpp>

namespace duroxide::runtime {

/// Returns what is wrong with the options, one mistake a line; empty if they make sense.
[[nodiscard]] std::string check_options(const RuntimeOptions& options);

}  // namespace duroxide::runtime
