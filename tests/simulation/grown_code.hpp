#pragma once

#include <string>

#include <duroxide/duroxide.hpp>

namespace duroxide::simulation {

/// An orchestration that schedules much at once, in sessions, carries data that grows from execution to
/// execution, and ends with things that nobody awaits. Its input is how often it continues as new.
[[nodiscard]] Task<std::string> grow(OrchestrationContext context, std::string input);

}  // namespace duroxide::simulation
