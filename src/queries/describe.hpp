#pragma once

// Parts of what management shows, as several of its reads need them.

#include <string>
#include <vector>

#include <duroxide/management_types.hpp>

#include "model/open_steps.hpp"
#include "queries/management.hpp"

namespace duroxide::storage {

/// Ascending.
[[nodiscard]] std::vector<ExecutionSummary> summarize_executions(const ReadView& view,
                                                                 const FoundInstance& found);

/// What a running execution has asked for and not got. Throws `StorageFailure` if its history cannot
/// be read.
[[nodiscard]] model::OpenSteps open_steps_of(const FoundInstance& found,
                                             const std::vector<Event>& history);

/// What a running instance waits for, for people.
[[nodiscard]] std::string describe_wait(const ReadView& view, const FoundInstance& found);

}  // namespace duroxide::storage
