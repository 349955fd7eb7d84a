#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <duroxide/errors.hpp>
#include <duroxide/events.hpp>
#include <duroxide/result.hpp>
#include <duroxide/status.hpp>

#include "postgres/request.hpp"

namespace duroxide::postgres {

/// Looks at an instance: how far it is, its custom status, and one of its values.
[[nodiscard]] Call look_at(const std::string& instance, const std::string& key = {});

/// What `look_at` has answered about an instance that is there.
struct InstanceView {
  std::int64_t number = 0;
  bool has_ended = false;
  bool has_begun = false;  ///< its current execution has had a turn, or it has ended
  OrchestrationStatus status;
  std::optional<StoredValue> value;
};
/// None if there is no such instance. Errors: `corrupt`.
[[nodiscard]] Result<std::optional<InstanceView>, ProviderError> view_of(
    const Rows& answer, const char* operation, const std::string& key = {});

/// The history of the current execution of an instance; nothing for one that is not there.
[[nodiscard]] Call read_current_history(const std::string& instance);
[[nodiscard]] Result<std::vector<Event>, ProviderError> history_of(const Rows& answer,
                                                                   const char* operation);

/// All values of an instance, by key.
[[nodiscard]] Call read_values(const std::string& instance);
[[nodiscard]] std::vector<StoredValue> values_of(const Rows& answer);

}  // namespace duroxide::postgres
