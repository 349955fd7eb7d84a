#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/events.hpp>
#include <duroxide/runtime.hpp>

#include "replay/execution.hpp"

namespace duroxide::DUROXIDE_ABI::testkit {

/// Where a history and what code does with it part.
struct Parting {
  std::uint64_t event_id = 0;  ///< 0: the code could not be run
  std::string recorded;
  std::string attempted;
};

/// Runs code on the whole of a history, its end included, within the limits that the options set to what
/// code may keep. None if it does what the history says.
[[nodiscard]] std::optional<Parting> replay_execution(replay::Assignment assignment,
                                                      const std::vector<Event>& history,
                                                      const RuntimeOptions& options);

}  // namespace duroxide::DUROXIDE_ABI::testkit
