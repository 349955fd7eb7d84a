#pragma once

// What others see of histories, states and values: only what is committed.

#include <optional>
#include <vector>

#include <duroxide/provider_messages.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Of the current execution; none if there is no such instance.
[[nodiscard]] std::vector<Event> read_history(Transaction& transaction,
                                              const provider::Read& request);

/// `NotFound` if there is no such instance.
[[nodiscard]] OrchestrationStatus get_status(Transaction& transaction,
                                             const provider::GetStatus& request);

/// None if there is none, or no such instance.
[[nodiscard]] std::optional<StoredValue> get_value(Transaction& transaction,
                                                   const provider::GetValue& request);

/// None if there is no such instance.
[[nodiscard]] std::vector<StoredValue> get_values(Transaction& transaction,
                                                  const provider::GetValues& request);

}  // namespace duroxide::storage
