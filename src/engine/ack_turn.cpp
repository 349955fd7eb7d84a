#include "engine/ack_turn.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/activity_rows.hpp"
#include "engine/attempts.hpp"
#include "engine/awaited_ends.hpp"
#include "engine/change_notes.hpp"
#include "engine/deadline.hpp"
#include "engine/execution_rows.hpp"
#include "engine/kept_rows.hpp"
#include "engine/messages.hpp"
#include "engine/pause.hpp"
#include "engine/pruning.hpp"
#include "engine/quarantine_rows.hpp"
#include "engine/rows.hpp"
#include "engine/sent_messages.hpp"
#include "engine/shown_values.hpp"
#include "engine/timer_rows.hpp"
#include "engine/turn_end.hpp"
#include "engine/updates.hpp"
#include "model/encoding.hpp"
#include "model/invariant.hpp"
#include "model/kept_messages.hpp"
#include "model/kinds.hpp"

namespace duroxide::storage {

namespace {

[[noreturn]] void refuse_ack(std::string why) {
  throw StorageFailure(ProviderError::Kind::invalid_input, std::move(why));
}

void check_ack(const provider::AckOrchestrationItem& request, const TurnLease& lease,
               const InstanceRecord& record) {
  if (request.execution_id != lease.execution || record.execution != lease.execution) {
    refuse_ack("the turn was for execution " + std::to_string(lease.execution) +
               ", its ack is for execution " + std::to_string(request.execution_id));
  }
  auto expected = record.event_count;
  for (const Event& event : request.events) {
    if (event.event_id != ++expected) {
      refuse_ack("event id " + std::to_string(event.event_id) +
                 " does not follow: " + std::to_string(expected) + " is the next of this history");
    }
  }
  for (const auto& activity : request.worker_items) {
    if (activity.instance != record.id || activity.execution_id != lease.execution) {
      refuse_ack("an activity belongs to another instance or execution");
    }
  }
  for (const auto& timer : request.timers) {
    if (timer.instance != record.id || timer.execution_id != lease.execution) {
      refuse_ack("a timer belongs to another instance or execution");
    }
  }
  for (const auto place : request.untaken) {
    if (place >= lease.sequences.size()) {
      refuse_ack("the turn had " + std::to_string(lease.sequences.size()) +
                 " messages, and message " + std::to_string(place) + " is said not to be taken");
    }
  }
  for (const WorkItem& item : request.orchestrator_items) {
    const ParentLink* reader = model::reader_of(item);
    if (reader != nullptr &&
        (reader->instance != record.id || reader->execution_id != lease.execution)) {
      refuse_ack("the reader is another instance or execution");
    }
  }
  const auto continues = std::count_if(
      request.orchestrator_items.begin(), request.orchestrator_items.end(),
      [](const WorkItem& item) { return std::holds_alternative<work::ContinueAsNew>(item); });
  if (continues != (request.metadata.status == ExecutionStatus::continued_as_new ? 1 : 0)) {
    refuse_ack("an execution that continues as new needs exactly one message that says so");
  }
}

/// A runtime may say `failed` of what was cancelled; its failure tells.
ExecutionStatus status_of_end(const provider::ExecutionMetadata& metadata) {
  const bool failed =
      metadata.status == ExecutionStatus::failed || metadata.status == ExecutionStatus::cancelled;
  if (!failed) {
    return metadata.status;
  }
  return metadata.failure && metadata.failure->is_cancelled() ? ExecutionStatus::cancelled
                                                              : ExecutionStatus::failed;
}

void note_turn(Transaction& transaction, const provider::AckOrchestrationItem& request,
               const InstanceRecord& record) {
  if (request.custom_status) {
    note_change(transaction, ChangeKind::custom_status, record);
  }
  switch (request.metadata.status) {
    case ExecutionStatus::running:
      note_change(transaction, ChangeKind::progressed, record);
      break;
    case ExecutionStatus::continued_as_new:
      note_change(transaction, ChangeKind::continued_as_new, record);
      break;
    case ExecutionStatus::completed:
    case ExecutionStatus::failed:
    case ExecutionStatus::cancelled:
      note_end(transaction, record);
      break;
  }
}

void end_execution(Transaction& transaction, const provider::AckOrchestrationItem& request,
                   Number number, InstanceRecord& record) {
  const auto& metadata = request.metadata;
  const auto key = make_key(number, record.execution);
  const ExecutionStatus status = status_of_end(metadata);
  put_execution(transaction, number, record, status);
  drop_quarantined(transaction, number, metadata.status != ExecutionStatus::continued_as_new);

  if (metadata.status == ExecutionStatus::continued_as_new) {
    for (const WorkItem& item : request.orchestrator_items) {
      const auto* next = std::get_if<work::ContinueAsNew>(&item);
      if (next == nullptr) {
        continue;
      }
      if (next->instance != record.id || next->execution_id != record.execution + 1) {
        refuse_ack("the continue-as-new is for another instance or execution");
      }
      stage_message(transaction, number, 0, item);
    }
    ++record.execution;
    record.execution_started_at = record.updated_at;
    record.event_count = 0;
    record.start_opening = transaction.opening().id;
    record.version.clear();
    return;
  }
  if (metadata.status == ExecutionStatus::completed) {
    transaction.batch().put_new(Table::results, key, encode_completed_shared(metadata.output));
  } else {
    transaction.batch().put_new(Table::results, key,
                                encode_failed(metadata.failure.value_or(ErrorDetails{})));
  }
  record.status = status;
  erase_deadline(transaction, number, record);
  end_pause(transaction, PauseScope::of_instance(record.id));
  if (model::keeps_messages(record.status)) {
    keep_inbox(transaction, number, record.execution);
  }
  (void)erase_all(transaction.batch(), Table::inbox, make_key(number));
}

void remove_cancelled(Transaction& transaction, const provider::AckOrchestrationItem& request,
                      const TurnLease& lease) {
  for (const auto id : request.cancelled_activities) {
    remove_work(transaction, {lease.number, lease.execution, id}, true);
  }
  for (const auto& timer : request.cancelled_timers) {
    erase_timer(transaction, {timer.fire_at, lease.number, lease.execution, timer.id});
  }
}

/// Of a turn without messages that has decided nothing: it was only asked, and leaves no trace.
bool has_only_answered(const provider::AckOrchestrationItem& request, const TurnLease& lease) {
  return lease.sequences.empty() && request.events.empty() &&
         request.metadata.status == ExecutionStatus::running;
}

/// Tells those who wait for what the turn has answered, once all is committed that it may have seen.
void give_answers(Transaction& transaction, Number number,
                  const provider::AckOrchestrationItem& request) {
  if (request.updates.empty() || !transaction.waits().any(number)) {
    return;
  }
  const bool is_committed = transaction.batch().empty() && !transaction.timing().open();
  for (const provider::UpdateAnswer& update : request.updates) {
    if (is_committed) {
      answer_update(transaction, number, update);
    } else {
      transaction.waits().set_answered(number, update.id);
      transaction.outcome().updates.emplace_back(number, update);
    }
  }
}

void end_asked_turn(Transaction& transaction, const provider::AckOrchestrationItem& request,
                    const TurnLease& lease) {
  const Number number = lease.number;
  if (lease.counted) {
    take_back_attempt(transaction, make_key(number));  // it was none, and must leave no trace
  }
  transaction.after_applied([&transaction, &request, number] {
    const Holder holder = transaction.turns().find(request.lock_token)->holder;
    give_answers(transaction, number, request);
    end_acknowledged_turn(transaction, request.lock_token, number);
    transaction.reasons().clear({number, 0, 0});
    if (request.stays_resident) {
      transaction.turns().set_resident(number, holder);
    } else {
      transaction.turns().clear_resident(number);
    }
  });
}

}  // namespace

void ack_turn(Transaction& transaction, const provider::AckOrchestrationItem& request) {
  const TurnLease* lease = transaction.turns().find(request.lock_token);
  if (lease == nullptr) {
    throw StorageFailure(ProviderError::Kind::invalid_lock_token, "the lease is over");
  }
  const Number number = lease->number;
  const auto before = transaction.instances().load(number);
  if (!before) {
    throw_corrupt(Table::instances, make_key(number), "the record is gone");
  }
  check_ack(request, *lease, *before);
  if (has_only_answered(request, *lease)) {
    end_asked_turn(transaction, request, *lease);
    return;
  }

  if (model::keeps_messages(request.metadata.status)) {
    keep_untaken(transaction, request, *lease);
  }
  for (const auto sequence : lease->sequences) {
    transaction.batch().erase(Table::inbox, LookupKey(number, sequence));
  }
  transaction.batch().erase(Table::attempts, make_key(number));
  if (!request.events.empty()) {
    DUROXIDE_INVARIANT(
        request.events.front().event_id == before->event_count + 1 &&
            request.events.back().event_id == before->event_count + request.events.size(),
        "the events of a turn go on exactly where the history ends");
    transaction.batch().put_new(Table::history,
                                make_key(number, lease->execution, request.events.front().event_id),
                                model::encode_events_shared(request.events));
    transaction.instances().count_events(static_cast<std::int64_t>(request.events.size()));
  }
  InstanceRecord after = *before;
  after.event_count += request.events.size();
  after.updated_at = std::max(before->updated_at, transaction.now());
  if (!request.metadata.orchestration_name.empty()) {
    after.orchestration = request.metadata.orchestration_name;
  }
  if (!request.metadata.orchestration_version.empty()) {
    after.version = request.metadata.orchestration_version;
    if (after.execution == 1 && after.start_version.empty()) {
      after.start_version = after.version;
    }
  }
  change_values(transaction, request, number);
  for (const auto& activity : request.worker_items) {
    add_activity(transaction, number, activity, after.incarnation);
  }
  for (const auto& timer : request.timers) {
    transaction.batch().put_new(Table::timers,
                                TimerRow{timer.fire_at, number, lease->execution, timer.id}.bytes(),
                                model::encode_work_item_shared(timer));
    transaction.outcome().timers_touched = true;
  }
  if (request.metadata.status != ExecutionStatus::running) {
    end_execution(transaction, request, number, after);
  }
  transaction.instances().update(number, *before, after);
  if (request.prune && after.execution != before->execution) {
    drop_executions_with_turn(transaction, number, after, *request.prune);
  }
  note_turn(transaction, request, after);
  // After the record, so that a message of the instance to itself finds its new state.
  for (const WorkItem& item : request.orchestrator_items) {
    if (!std::holds_alternative<work::ContinueAsNew>(item)) {
      deliver_from_turn(transaction, item);
    }
  }
  remove_cancelled(transaction, request, *lease);

  const bool is_first = before->event_count == 0 && !request.events.empty();
  const bool ended = after.status != ExecutionStatus::running;
  if (ended) {
    tell_end(transaction, number, after);
  }
  transaction.after_applied(
      [&transaction, &request, number, is_first, ended, holder = lease->holder] {
        if (ended) {
          end_turn(transaction, request.lock_token);
        } else {
          end_acknowledged_turn(transaction, request.lock_token, number);
        }
        transaction.reasons().clear({number, 0, 0});
        transaction.outcome().touched.insert(number);
        give_answers(transaction, number, request);
        if (is_first) {
          transaction.outcome().begun.push_back(number);
        }
        if (ended) {
          transaction.outcome().finished.push_back(number);
          transaction.turns().clear_resident(number);
          transaction.turns().clear_taken_up(number);
          return;
        }
        if (request.stays_resident) {
          transaction.turns().set_resident(number, holder);
        } else {
          transaction.turns().clear_resident(number);
        }
      });
}

}  // namespace duroxide::storage
