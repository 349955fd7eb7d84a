#pragma once

#include <memory>

#include <duroxide/clock.hpp>
#include <duroxide/handlers.hpp>

#include "testing/mock_state.hpp"

namespace duroxide::testing {

/// An orchestration that does what a mock says. The mock is asked once for each execution: a replay gets
/// the same answer.
[[nodiscard]] OrchestrationHandler mocked_orchestration(std::shared_ptr<MockState> mock,
                                                        std::shared_ptr<const Clock> clock);

}  // namespace duroxide::testing
