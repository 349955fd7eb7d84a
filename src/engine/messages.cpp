#include "engine/messages.hpp"

#include "engine/event_keys.hpp"
#include "engine/pause.hpp"
#include "engine/timer_rows.hpp"
#include "model/encoding.hpp"
#include "model/kinds.hpp"
#include "model/limits.hpp"

namespace duroxide::storage {

namespace {

/// A start that nobody waits for whose code has begun.
TurnLine line_of(const WorkItem& item) {
  const auto* start = std::get_if<work::StartOrchestration>(&item);
  // A client may name a parent too, but none of that is an execution that waits.
  const bool is_fresh = start != nullptr && !(start->parent && start->parent->execution_id != 0);
  return is_fresh ? TurnLine::fresh : TurnLine::begun;
}

void bring_start_forward(Transaction& transaction, Number number, const InstanceRecord& record) {
  // A cancelled instance that has not begun need not wait for its hour to end.
  const TimerRow row{*record.start_due, number, 0, 0};
  const auto bytes = transaction.batch().get(Table::timers, row.bytes());
  if (!bytes) {
    return;
  }
  transaction.batch().put_new(Table::inbox, make_key(number, std::uint64_t{0}),
                              std::string(*bytes));
  erase_timer(transaction, row);
  InstanceRecord started = record;
  started.start_due.reset();
  started.start_opening = transaction.opening().id;
  transaction.instances().update(number, record, started);
}

}  // namespace

void check_message(const WorkItem& item) {
  require(model::check_instance_id(target_instance(item)));
  require(model::check_sender(item));
  require(model::check_message(item));
}

void stage_message(Transaction& transaction, Number number, std::uint64_t sequence,
                   const WorkItem& item) {
  transaction.batch().put_new(Table::inbox, make_key(number, sequence),
                              model::encode_work_item_shared(item));
  const auto* cancel = std::get_if<work::CancelInstance>(&item);
  if (cancel != nullptr) {
    end_pause(transaction,
              PauseScope::of_instance(cancel->instance));  // or it would wait to be cancelled
  }
  transaction.after_applied(
      [&transaction, number, cancels = cancel != nullptr, line = line_of(item)] {
        transaction.outcome().touched.insert(number);
        if (cancels || !transaction.quarantine().contains(number)) {
          transaction.turns().push(number, line);
        }
      });
}

void deliver_if_running(Transaction& transaction, const WorkItem& item, std::uint64_t execution) {
  const auto number = transaction.instances().find(target_instance(item));
  const auto record = number ? transaction.instances().load(*number) : std::nullopt;
  if (!record || record->status != ExecutionStatus::running ||
      (execution != 0 && execution != record->execution)) {
    return;
  }
  const auto* cancel = std::get_if<work::CancelInstance>(&item);
  if (cancel != nullptr && cancel->parent && record->parent != cancel->parent) {
    return;  // the parent's child never began: its id was taken by this one
  }
  stage_message(transaction, *number, transaction.numbers().next_sequence(), item);
  if (record->start_due && std::holds_alternative<work::CancelInstance>(item)) {
    bring_start_forward(transaction, *number, *record);
  }
}

void accept_message(Transaction& transaction, const WorkItem& item,
                    std::optional<Milliseconds> delay, const std::optional<std::string>& key) {
  check_message(item);
  if (key && !can_have_key(item)) {
    refuse_key();
  }
  const std::string& id = target_instance(item);
  const auto number = transaction.instances().find(id);
  const auto record = number ? transaction.instances().load(*number) : std::nullopt;
  if (!record) {
    throw StorageFailure(ProviderError::Kind::instance_not_found,
                         "there is no instance `" + id + "`");
  }
  if (key && was_sent(transaction, *number, item, *key)) {
    return;
  }
  if (record->status != ExecutionStatus::running) {
    throw StorageFailure(ProviderError::Kind::instance_finished,
                         "the instance `" + id + "` has ended");
  }
  if (key) {
    remember_key(transaction, *number, item, *key);
  }
  if (delay && *delay > Milliseconds::zero()) {
    const TimerRow row{saturating_add(transaction.now(), *delay), *number, 0,
                       transaction.numbers().next_sequence()};
    add_delayed(transaction, row, model::encode_work_item_shared(item));
    return;
  }
  stage_message(transaction, *number, transaction.numbers().next_sequence(), item);
  if (record->start_due && std::holds_alternative<work::CancelInstance>(item)) {
    bring_start_forward(transaction, *number, *record);
  }
}

}  // namespace duroxide::storage
