#include "engine/ack_timers.hpp"

#include <utility>
#include <variant>
#include <vector>

#include "engine/deadline.hpp"
#include "engine/engine.hpp"
#include "engine/kept_rows.hpp"
#include "engine/messages.hpp"
#include "engine/set_aside.hpp"
#include "engine/start_timeout.hpp"
#include "engine/timer_rows.hpp"
#include "engine/voided.hpp"
#include "model/encoding.hpp"
#include "model/kept_messages.hpp"
#include "model/metrics.hpp"

namespace duroxide::storage {

namespace {

/// A timer of an execution. Nobody waits for it if that has ended, or the instance is gone.
void fire(Transaction& transaction, const TimerRow& row, const WorkItem& item) {
  const auto record = transaction.instances().load(row.number);
  if (record && record->status == ExecutionStatus::running &&  // the same execution, still
      record->execution == row.execution) {
    stage_message(transaction, row.number, transaction.numbers().next_sequence(), item);
  }
}

/// What is not a timer of an execution but comes at a time too. The instance is there.
void deliver_to_instance(Transaction& transaction, const TimerRow& row, const WorkItem& item) {
  if (row.execution == 0 && row.id == deadline_id) {
    reach_deadline(transaction, row, item);
    return;
  }
  if (std::holds_alternative<work::ActivityExecute>(item)) {
    reach_start_due(transaction, row);
    return;
  }
  const bool is_start = row.id == 0;
  const auto record = transaction.instances().load(row.number);
  if (!is_start && record && model::keeps_messages(record->status)) {
    keep_row(transaction, Table::timers, row.bytes(), row.number, row.id, record->execution);
    return;
  }
  if (!is_start) {
    deliver_if_running(transaction, item, row.execution);
    return;
  }
  if (record && record->status == ExecutionStatus::running) {
    stage_message(transaction, row.number, 0, item);
    InstanceRecord started = *record;
    started.start_due.reset();
    started.start_opening = transaction.opening().id;
    transaction.instances().update(row.number, *record, started);
  }
}

void deliver_due(Transaction& transaction, const TimerRow& row) {
  const auto key = row.bytes();
  const auto bytes = transaction.batch().get(Table::timers, key);
  if (!bytes) {
    return;  // cancelled meanwhile
  }
  auto item = model::decode_work_item(*bytes);
  if (!item) {
    set_aside(transaction, Table::timers, key, item.error().what);
    return;
  }
  // Else its instance was deleted, and the id may be another's by now.
  if (row.execution != 0 && !std::holds_alternative<work::ActivityExecute>(*item)) {
    fire(transaction, row, *item);
  } else if (transaction.batch().contains(Table::instances, make_key(row.number))) {
    deliver_to_instance(transaction, row, *item);
  }
  erase_timer(transaction, row);  // last: a row whose instance cannot be read is set aside instead
}

void deliver_or_set_aside(Transaction& transaction, const TimerRow& row) {
  try {
    deliver_due(transaction, row);
  } catch (const Undecodable&) {
    throw;
  } catch (const StorageFailure& failed) {
    if (failed.error().kind != ProviderError::Kind::corrupt) {
      throw;
    }
    // Its instance cannot be read; the other timers must not wait for that.
    set_aside(transaction, Table::timers, row.bytes(), failed.error().message);
  }
}

/// It keeps its lease, so that nobody is handed it again before the store is opened anew.
void leave_undecodable_timer(Transaction& transaction, const Undecodable& why) {
  transaction.after_applied(
      [&transaction, told = why.error().message] { transaction.log(LogLevel::error, told); });
}

void measure_lateness(Transaction& transaction, const std::vector<provider::LockToken>& moved) {
  model::Metrics* const metrics = transaction.metrics();
  if (metrics == nullptr) {
    return;
  }
  const Timestamp now = transaction.now();
  for (const auto token : moved) {
    if (const TimerRow* row = transaction.timers().find(token)) {
      metrics->timer_lateness.observe(model::Seconds(now - row->due));
    }
  }
}

void move_due(Transaction& transaction, const std::vector<provider::LockToken>& tokens) {
  std::vector<provider::LockToken> moved;
  std::vector<provider::LockToken> left;
  for (const auto token : tokens) {
    const TimerRow* row = transaction.timers().find(token);
    if (row == nullptr) {
      throw StorageFailure(ProviderError::Kind::invalid_lock_token, "the lease is over");
    }
    const auto before = transaction.savepoint();
    try {
      deliver_or_set_aside(transaction, *row);
      transaction.require_room();
      moved.push_back(token);
    } catch (const Undecodable& failed) {
      transaction.go_back_to(before);
      leave_undecodable_timer(transaction, failed);
    } catch (const StorageFailure& failed) {
      if (failed.error().kind != ProviderError::Kind::disk_full ||
          (moved.empty() && token == tokens.back())) {
        throw;
      }
      transaction.go_back_to(before);  // a smaller one may find room
      left.push_back(token);
    }
  }
  transaction.after_applied([&transaction, moved = std::move(moved), left = std::move(left)] {
    measure_lateness(transaction, moved);
    transaction.outcome().moved_timers.insert(transaction.outcome().moved_timers.end(),
                                              moved.begin(), moved.end());
    for (const auto token : left) {
      void_timer(transaction, token);
    }
  });
}

}  // namespace

void ack_timers(Engine& engine, const provider::AckTimer& request, Reply<Done> reply) {
  auto or_again = [&engine, tokens = request.lock_tokens,
                   reply = std::move(reply)](const Done& done) mutable {
    if (!done) {
      engine.let_go([&](Transaction& transaction) {
        for (const auto token : tokens) {
          if (done.error().kind == ProviderError::Kind::disk_full) {
            void_timer(transaction, token);
          } else {
            transaction.timers().end_lease(token);
          }
        }
        transaction.timers().changed = true;
      });
    }
    reply(done);
  };
  engine.apply("ack_timer", std::move(or_again),
               [&](Transaction& transaction) { move_due(transaction, request.lock_tokens); });
}

}  // namespace duroxide::storage
