#pragma once

// Messages to an instance as they lie in the database.

#include <cstdint>
#include <string>
#include <vector>

#include <duroxide/work_items.hpp>

#include "postgres/request.hpp"

namespace duroxide::postgres {

/// A message with its place in the inbox.
struct PlacedMessage {
  std::int64_t place = 0;
  WorkItem item;
};

// The rows of these calls, by the instance's id, are what `placed_message_in` reads.

/// What waits for its next turn.
[[nodiscard]] Call inbox_call(const std::string& id);
/// What a failed one keeps.
[[nodiscard]] Call kept_call(const std::string& id);
/// What is delayed, the start apart.
[[nodiscard]] Call delayed_call(const std::string& id);
/// A start that is delayed.
[[nodiscard]] Call delayed_start_call(const std::string& id);

/// Throws `Refusal` if it cannot be read.
[[nodiscard]] PlacedMessage placed_message_in(const Rows::Row& row, const std::string& instance);
/// All of them.
[[nodiscard]] std::vector<WorkItem> messages_in(const Rows& rows, const std::string& instance);

}  // namespace duroxide::postgres
