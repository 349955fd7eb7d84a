#include "engine/execution_rows.hpp"

#include <utility>

#include "model/encoding.hpp"

namespace duroxide::storage {

void put_execution(Transaction& transaction, Number number, const InstanceRecord& record,
                   ExecutionStatus status) {
  ExecutionRecord execution;
  execution.version = record.version;
  execution.status = status;
  execution.started_at = record.execution_started_at;
  execution.ended_at = record.updated_at;
  execution.event_count = record.event_count;
  transaction.batch().put_new(Table::executions, make_key(number, record.execution),
                              encode_execution(execution));
}

void write_result(Transaction& transaction, Number number, std::uint64_t execution,
                  const EventKind& end) {
  const auto key = make_key(number, execution);
  if (const auto* completed = std::get_if<event::OrchestrationCompleted>(&end)) {
    transaction.batch().put(Table::results, key, encode_completed_shared(completed->output));
  } else if (const auto* failed = std::get_if<event::OrchestrationFailed>(&end)) {
    transaction.batch().put(Table::results, key, encode_failed(failed->details));
  }
}

OrchestrationStatus result_of(Transaction& transaction, Number number,
                              const InstanceRecord& record) {
  const auto key = make_key(number, record.execution);
  const auto bytes = transaction.batch().get(Table::results, key);
  if (!bytes) {
    throw_corrupt(Table::results, key, "the instance has ended but has no result");
  }
  return require_readable(Table::results, key, decode_result(*bytes));
}

std::optional<model::OpenSteps> read_open_steps(Transaction& transaction, Number number,
                                                const InstanceRecord& record) {
  try {
    auto steps = model::find_open_steps(
        transaction.instances().load_history(number, record, record.execution));
    return steps ? std::optional(std::move(*steps)) : std::nullopt;
  } catch (const StorageFailure& failed) {
    if (failed.error().kind != ProviderError::Kind::corrupt) {
      throw;
    }
    return std::nullopt;
  }
}

std::optional<WorkItem> first_message(Transaction& transaction, Number number,
                                      const InstanceRecord& record) {
  const auto bytes =
      record.start_due ? transaction.batch().get(Table::timers,
                                                 TimerRow{*record.start_due, number, 0, 0}.bytes())
                       : transaction.batch().get(Table::inbox, make_key(number, std::uint64_t{0}));
  if (!bytes) {
    return std::nullopt;
  }
  auto item = model::decode_work_item(*bytes);
  return item ? std::optional(std::move(*item)) : std::nullopt;
}

}  // namespace duroxide::storage
