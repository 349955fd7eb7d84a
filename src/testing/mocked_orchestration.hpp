#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <duroxide/clock.hpp>
#include <duroxide/handlers.hpp>

#include "testing/mock_state.hpp"

namespace duroxide::DUROXIDE_ABI::testkit {

/// Tells one life of an instance id from the next: as `Disk::life_of`.
using LifeOf = std::function<std::uint64_t(const std::string& instance)>;

/// An orchestration that does what a mock says. The mock is asked once for each execution: a replay gets
/// the same answer.
[[nodiscard]] OrchestrationHandler mocked_orchestration(std::shared_ptr<MockState> mock,
                                                        std::shared_ptr<const Clock> clock,
                                                        LifeOf life_of);

}  // namespace duroxide::DUROXIDE_ABI::testkit
