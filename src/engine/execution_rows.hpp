#pragma once

// What the rows of an execution say: how it has ended, or what it waits for.

#include <cstdint>
#include <optional>

#include <duroxide/events.hpp>

#include "engine/transaction.hpp"
#include "model/open_steps.hpp"

namespace duroxide::storage {

/// The record of the execution that ends with `record`.
void put_execution(Transaction& transaction, Number number, const InstanceRecord& record,
                   ExecutionStatus status);

/// As its last event tells.
void write_result(Transaction& transaction, Number number, std::uint64_t execution,
                  const EventKind& end);

/// Of an instance that has ended.
[[nodiscard]] OrchestrationStatus result_of(Transaction& transaction, Number number,
                                            const InstanceRecord& record);

/// What the current execution of an instance waits for, in the open batch. None if its history makes no
/// sense.
[[nodiscard]] std::optional<model::OpenSteps> read_open_steps(Transaction& transaction,
                                                              Number number,
                                                              const InstanceRecord& record);

/// What an execution that has not begun would begin with.
[[nodiscard]] std::optional<WorkItem> first_message(Transaction& transaction, Number number,
                                                    const InstanceRecord& record);

}  // namespace duroxide::storage
