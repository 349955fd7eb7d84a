#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <duroxide/activity_options.hpp>
#include <duroxide/sub_orchestration_options.hpp>

#include "model/flaw.hpp"

namespace duroxide::replay {

// Wrong arguments of a step are told to the code by an `OrchestrationError`, before anything is
// recorded.

void require(const model::Checked& checked);
void require_version(const std::optional<std::string>& version);
/// A limit that is an option of the runtime.
void require_within(const std::string& what, std::size_t size, std::size_t limit,
                    std::string_view unit, std::string_view option);
void require_options(const ActivityOptions& options);
void require_options(const SubOrchestrationOptions& options);

}  // namespace duroxide::replay
