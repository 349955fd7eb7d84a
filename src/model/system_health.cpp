#include "model/system_health.hpp"

#include <cstdint>
#include <string>

namespace duroxide::model {

void judge(SystemHealth& health) {
  const std::uint64_t ended = health.completed_instances + health.failed_instances;
  // In whole percent.
  health.health_score =
      ended == 0 ? 100 : static_cast<std::uint32_t>(health.completed_instances * 100 / ended);
  const std::string text = ended == 0
                               ? "no instance has completed or failed yet"
                               : std::to_string(health.completed_instances) + " of the " +
                                     std::to_string(ended) + " instances that ended completed, " +
                                     std::to_string(health.failed_instances) + " failed, " +
                                     std::to_string(health.recent_failures) + " in the last hour";
  health.health_explanation = text + "; not counted: " + std::to_string(health.running_instances) +
                              " running, " + std::to_string(health.cancelled_instances) +
                              " cancelled";
}

}  // namespace duroxide::model
