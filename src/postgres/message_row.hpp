#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <duroxide/result.hpp>
#include <duroxide/work_items.hpp>

#include "model/flaw.hpp"
#include "postgres/parameters.hpp"

namespace duroxide::postgres {

/// A message as the columns that the rules need, see table `inbox`.
struct MessageRow {
  std::int64_t kind = 0;
  std::int64_t of_execution = 0;
  std::int64_t of_event = 0;
  std::int64_t keeps = 0;
  std::string item;
  /// The only execution that it is worth something to; 0: whichever.
  std::int64_t bound_execution = 0;
};

[[nodiscard]] MessageRow row_of(const WorkItem& message);

/// Adds kind, execution, event, keeps and item, in this order.
void add_message(Parameters& parameters, const MessageRow& row);

/// A message as it was stored. `made_here`: `item` is only what the store has answered `instance` with.
struct StoredMessage {
  std::int64_t kind = 0;
  std::int64_t of_execution = 0;
  std::int64_t of_event = 0;
  bool made_here = false;
  std::optional<std::string_view> item;
};
[[nodiscard]] Result<WorkItem, model::Flaw> read_message(const StoredMessage& stored,
                                                         const std::string& instance);

}  // namespace duroxide::postgres
