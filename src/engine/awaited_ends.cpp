#include "engine/awaited_ends.hpp"

#include <string>
#include <utility>
#include <vector>

#include "engine/execution_rows.hpp"
#include "engine/messages.hpp"
#include "engine/rows.hpp"
#include "model/awaited_end.hpp"
#include "model/kinds.hpp"
#include "model/limits.hpp"

namespace duroxide::storage {

namespace {

WorkItem failed(const ParentLink& reader, ErrorDetails details) {
  return work::AwaitedFailed{reader.instance, reader.execution_id, reader.event_id,
                             std::move(details)};
}

/// How an instance has ended, for who waits.
WorkItem end_of(Transaction& transaction, Number number, const InstanceRecord& record,
                const ParentLink& reader) {
  const OrchestrationStatus status = result_of(transaction, number, record);
  if (status.error() == nullptr) {
    return work::AwaitedCompleted{reader.instance, reader.execution_id, reader.event_id,
                                  status.output()};
  }
  ErrorDetails details = *status.error();
  details.came_through(
      {ErrorOrigin::Kind::orchestration, record.orchestration, record.id, record.execution, 0});
  return failed(reader, std::move(details));
}

/// Takes the rows of those who wait, and sends each what `answer` makes for it. One that is damaged
/// hears nothing, and the others do.
template <class Answer>
void tell_readers(Transaction& transaction, Number number, const Answer& answer) {
  for (const std::string& key : keys_of(transaction.batch(), Table::awaited, make_key(number))) {
    transaction.batch().erase(Table::awaited, key);
    const auto row = AwaitedRow::parse(key);
    if (!row) {
      continue;
    }
    (void)transaction.unless_damaged(
        "number " + std::to_string(row->reader) + ", which waits for another", [&] {
          const auto reader = transaction.instances().load(row->reader);
          if (reader) {
            const ParentLink step{reader->id, row->execution, row->event_id};
            deliver_if_running(transaction, answer(step), row->execution);
          }
        });
  }
}

}  // namespace

void await_end(Transaction& transaction, const work::AwaitInstance& request) {
  require(model::check_instance_id(request.instance));
  const ParentLink& reader = request.reader;
  const auto answer = [&](const WorkItem& item) {
    deliver_if_running(transaction, item, reader.execution_id);
  };
  const auto number = transaction.instances().find(request.instance);
  const auto waiting = transaction.instances().find(reader.instance);
  if (!number || !waiting) {
    if (!request.given_up) {
      answer(failed(
          reader, model::cannot_be_awaited(request.instance, ErrorCategory::configuration,
                                           ErrorKind::invalid_input, "there is no such instance")));
    }
    return;
  }
  const std::string row =
      AwaitedRow{*number, *waiting, reader.execution_id, reader.event_id}.bytes();
  if (request.given_up) {
    transaction.batch().erase(Table::awaited, row);
    return;
  }
  const auto done = transaction.unless_damaged(request.instance, [&] {
    const auto record = transaction.instances().load(*number);
    if (record && record->status != ExecutionStatus::running) {
      answer(end_of(transaction, *number, *record, reader));
    } else {
      transaction.batch().put(Table::awaited, row, {});
    }
  });
  if (!done) {
    answer(failed(reader, model::cannot_be_awaited(request.instance, ErrorCategory::infrastructure,
                                                   ErrorKind::storage,
                                                   "it is damaged: " + done.error().what)));
  }
}

void tell_end(Transaction& transaction, Number number, const InstanceRecord& record) {
  tell_readers(transaction, number, [&](const ParentLink& reader) {
    return end_of(transaction, number, record, reader);
  });
}

void tell_deletion(Transaction& transaction, Number number, const InstanceRecord& record) {
  tell_readers(transaction, number, [&](const ParentLink& reader) {
    return failed(reader, model::deleted_while_awaited(record.id));
  });
}

void stop_awaiting(Transaction& transaction, Number number, const InstanceRecord& record) {
  if (record.status != ExecutionStatus::running || record.event_count == 0) {
    return;
  }
  if (const auto open = read_open_steps(transaction, number, record)) {
    for (const model::OpenStep& step : open->steps) {
      const auto awaited =
          model::errand_of(step.what.index()) == model::Errand::end
              ? transaction.instances().find(model::whereabouts_of(step.what).instance)
              : std::nullopt;
      if (awaited) {
        transaction.batch().erase(
            Table::awaited, AwaitedRow{*awaited, number, record.execution, step.event_id}.bytes());
      }
    }
    return;
  }
  // Its history cannot be read, so the whole table is looked through.
  for (const std::string& key : keys_of(transaction.batch(), Table::awaited, {})) {
    const auto row = AwaitedRow::parse(key);
    if (row && row->reader == number) {
      transaction.batch().erase(Table::awaited, key);
    }
  }
}

}  // namespace duroxide::storage
