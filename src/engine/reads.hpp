#pragma once

// What others see of histories, states and values, in a view of what is committed.

#include <optional>
#include <vector>

#include <duroxide/provider_messages.hpp>

#include "storage/kv.hpp"

namespace duroxide::storage {

/// Of the current execution; none if there is no such instance.
[[nodiscard]] std::vector<Event> read_history(const ReadView& view, const provider::Read& request);

/// `NotFound` if there is no such instance.
[[nodiscard]] OrchestrationStatus get_status(const ReadView& view,
                                             const provider::GetStatus& request);

/// None if there is none, or no such instance.
[[nodiscard]] std::optional<StoredValue> get_value(const ReadView& view,
                                                   const provider::GetValue& request);

/// None if there is no such instance.
[[nodiscard]] std::vector<StoredValue> get_values(const ReadView& view,
                                                  const provider::GetValues& request);

}  // namespace duroxide::storage
