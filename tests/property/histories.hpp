#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <duroxide/events.hpp>

#include "replay/execution.hpp"

namespace duroxide::property {

[[nodiscard]] std::string to_text(const std::vector<Event>& history);

/// What is wrong with a history by itself; empty if nothing is: its numbers, its end, and whether each
/// completion or cancellation is of something open.
[[nodiscard]] std::string check_history(const std::vector<Event>& history, bool is_finished);

using MakeExecution = std::function<std::unique_ptr<replay::Execution>()>;

/// Rebuilds the execution from what its history held before each arrival, lets that arrive again, and
/// compares what the code then does with what is recorded. Empty if all is the same but for times and
/// guids. `before_turn` is told the events that are to come.
[[nodiscard]] std::string check_replays(
    const std::vector<Event>& history, const std::string& instance, std::uint64_t execution_id,
    const MakeExecution& make,
    const std::function<void(const std::vector<Event>&)>& before_turn = [](const auto&) {});

/// Ends the execution as its history stood before each arrival, and compares what replay then gives up
/// with what the reader of histories calls open. Empty if they agree.
[[nodiscard]] std::string check_open_steps(const std::vector<Event>& history,
                                           const MakeExecution& make);

}  // namespace duroxide::property
