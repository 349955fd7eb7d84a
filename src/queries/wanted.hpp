#pragma once

// Which statuses a filter asks for, and what of it is paused.

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <duroxide/management_types.hpp>

#include "storage/common.hpp"
#include "storage/kv.hpp"

namespace duroxide::storage {

struct Wanted {
  std::set<ExecutionStatus> statuses;  ///< whatever is in one of these
  /// And what runs and is paused, unless `statuses` holds what runs anyway: by name and by itself.
  std::vector<std::string> paused_orchestrations;
  std::vector<Number> paused_instances;  ///< sorted upwards, none of those orchestrations

  [[nodiscard]] bool includes_paused() const {
    return !paused_orchestrations.empty() || !paused_instances.empty();
  }
  [[nodiscard]] bool nothing() const { return statuses.empty() && !includes_paused(); }
};

[[nodiscard]] Wanted wanted_by(const ReadView& view, const InstanceFilter& filter);

/// How many of those that run are paused. Costs a look at each that is paused by itself.
[[nodiscard]] std::uint64_t count_paused(const ReadView& view, std::uint64_t running);

}  // namespace duroxide::storage
