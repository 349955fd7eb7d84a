#pragma once

#include <duroxide/provider.hpp>

#include "replay/execution.hpp"

namespace duroxide::runtime {

/// What a turn has decided, as the one request that makes it happen.
[[nodiscard]] provider::AckOrchestrationItem make_ack(const provider::OrchestrationItem& item,
                                                      const replay::Assignment& assignment,
                                                      replay::TurnResult result,
                                                      bool stays_resident);

}  // namespace duroxide::runtime
