#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <duroxide/events.hpp>

#include "engine/records.hpp"
#include "model/open_steps.hpp"
#include "storage/kv.hpp"
#include "upkeep/findings.hpp"

namespace duroxide::storage {

/// The keys under which an instance stands in an index.
[[nodiscard]] std::vector<std::string> index_keys(Table index, Number number,
                                                  const InstanceRecord& record);

/// Checks that a row of table `instances` can be read and has everything in the other tables that it
/// must have. What the others have too much is for `RowCheck`.
void check_instance(const ReadView& view, std::string_view key, std::string_view value,
                    Findings& findings);

/// One execution as its history tells it.
struct CheckedHistory {
  model::OpenSteps steps;
  Event last;
};

/// Reads the history of an execution. Nothing, and problems among the findings, if it cannot be read
/// or does not have `event_count` events.
[[nodiscard]] std::optional<CheckedHistory> check_history(const ReadView& view, Number number,
                                                          std::uint64_t execution,
                                                          std::uint64_t event_count,
                                                          std::string_view instance,
                                                          Findings& findings);

}  // namespace duroxide::storage
