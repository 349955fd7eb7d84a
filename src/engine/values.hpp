#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/events.hpp>

#include "engine/records.hpp"
#include "storage/batch.hpp"

namespace duroxide::storage {

/// Of table `values`.
[[nodiscard]] std::string value_key(Number number, std::string_view key);

/// Reads what an instance lets others see, from committed state. Version 0 is a custom status that
/// was never set. All throw `StorageFailure`.
[[nodiscard]] CustomStatus load_custom_status(const ReadView& view, Number number);
[[nodiscard]] std::optional<StoredValue> load_value(const ReadView& view, Number number,
                                                    std::string_view key);
[[nodiscard]] std::vector<StoredValue> load_values(const ReadView& view, Number number);

/// The value as the batch leaves it.
[[nodiscard]] std::optional<StoredValue> find_value(Batch& batch, Number number,
                                                    std::string_view key);

}  // namespace duroxide::storage
