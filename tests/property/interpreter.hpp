#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <duroxide/duroxide.hpp>

#include "property/program.hpp"

namespace duroxide::property {

/// What the running code tells the test beside its results.
struct Observer {
  /// Something that must never happen.
  std::function<void(std::string)> violation = [](const std::string&) {};
  /// The code has been given this external or queued event.
  std::function<void(const std::string&)> received = [](const std::string&) {};
};

/// One execution's program. Outlives its coroutines.
struct Environment {
  const Program* program = nullptr;
  std::uint32_t index = 0;  ///< the orchestration
  std::string prefix;       ///< of all names, where several programs share one runtime
  Profile profile = Profile::everything;
  Observer observer;
};

/// `P0`, `P1` …, behind the prefix.
[[nodiscard]] std::string orchestration_name(const Environment& environment, std::uint32_t index);

/// Runs the orchestration; the input is how often it may still continue as new.
[[nodiscard]] Task<std::string> interpret(OrchestrationContext context,
                                          const Environment* environment, std::string input);

}  // namespace duroxide::property
