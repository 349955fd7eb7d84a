// The timer queue, and what is held back for a while in memory.

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/engine.hpp"
#include "engine/kept_messages.hpp"
#include "model/encoding.hpp"

namespace duroxide::storage {

namespace {

std::optional<Timestamp> earlier(std::optional<Timestamp> a, std::optional<Timestamp> b) {
  if (!a || !b) {
    return a ? a : b;
  }
  return std::min(*a, *b);
}

}  // namespace

void Engine::enqueue_timer(const work::TimerFired& item, DoneReply reply) {
  apply("enqueue_timer_work", std::move(reply), [&] {
    const auto number = instances_.find(item.instance);
    const auto record = number ? instances_.load(*number) : std::nullopt;
    if (!record) {
      throw StorageFailure(ProviderError::Kind::instance_not_found,
                           "there is no instance `" + item.instance + "`");
    }
    if (record->status != ExecutionStatus::running) {
      throw StorageFailure(ProviderError::Kind::instance_finished,
                           "the instance `" + item.instance + "` has ended");
    }
    add_delayed(transaction_, {item.fire_at, *number, item.execution_id, item.id},
                model::encode_work_item(item));
  });
}

void Engine::dequeue_timers(Holder holder, const provider::DequeueTimerPeekLock& request,
                            DueReply reply) {
  if (stopped_) {
    reply(failure(closed_error("dequeue_timer_peek_lock")));
    return;
  }
  if (request.max_items == 0) {
    reply(failure(make_error(ProviderError::Kind::invalid_input, "dequeue_timer_peek_lock",
                             "max_items is 0")));
    return;
  }
  std::erase_if(timers_.parked, [holder](const auto& older) {
    if (older.holder == holder) {
      older.reply(provider::DueTimers{{}, older.request.known_next_due});
    }
    return older.holder == holder;
  });
  release_held_back();
  timers_.parked.push_back({holder, request, std::move(reply)});
  timers_.changed = true;
  settle();
}

void Engine::answer_parked_timers() {
  for (auto parked = timers_.parked.begin(); parked != timers_.parked.end();) {
    parked = answer_due(*parked) ? timers_.parked.erase(parked) : std::next(parked);
  }
  timers_.changed = false;  // not if that could not read the store
}

bool Engine::answer_due(TimerQueue::ParkedDequeue& parked) {
  const Timestamp now = clock_->now();
  TimerQueue::Due due;
  if (!transaction_.is_resting()) {
    due = timers_.due(batch_.committed(), now, parked.request.max_items);
  }
  provider::DueTimers answer;
  answer.next_due = earlier(due.next, timers_.next_release());
  if (due.rows.empty() && answer.next_due == parked.request.known_next_due) {
    return false;
  }
  for (const TimerRow& row : due.rows) {
    if (timers_.is_leased(row)) {
      continue;  // a table whose pages are damaged may show a row twice
    }
    answer.lock_tokens.push_back(timers_.lease(row, parked.holder));
  }
  parked.reply(std::move(answer));
  return true;
}

void Engine::ack_timers(const std::vector<provider::LockToken>& tokens, DoneReply reply) {
  auto or_again = [this, tokens, reply = std::move(reply)](const Done& done) mutable {
    if (!done) {
      for (const auto token : tokens) {
        if (done.error().kind == ProviderError::Kind::disk_full) {
          void_timer(transaction_, token);
        } else {
          timers_.end_lease(token);
        }
      }
      timers_.changed = true;
    }
    reply(done);
  };
  apply("ack_timer", std::move(or_again), [&] {
    std::vector<provider::LockToken> moved;
    std::vector<provider::LockToken> left;
    for (const auto token : tokens) {
      const TimerRow* row = timers_.find(token);
      if (row == nullptr) {
        throw StorageFailure(ProviderError::Kind::invalid_lock_token, "the lease is over");
      }
      const auto before = transaction_.savepoint();
      try {
        deliver_or_set_aside(*row);
        transaction_.require_room();
        moved.push_back(token);
      } catch (const StorageFailure& failed) {
        if (failed.error().kind != ProviderError::Kind::disk_full ||
            (moved.empty() && token == tokens.back())) {
          throw;
        }
        transaction_.go_back_to(before);  // a smaller one may find room
        left.push_back(token);
      }
    }
    transaction_.after_applied([this, moved = std::move(moved), left = std::move(left)] {
      outcome_.moved_timers.insert(outcome_.moved_timers.end(), moved.begin(), moved.end());
      for (const auto token : left) {
        void_timer(transaction_, token);
      }
    });
  });
}

void Engine::deliver_or_set_aside(const TimerRow& row) {
  try {
    deliver_due(row);
  } catch (const StorageFailure& failed) {
    if (failed.error().kind != ProviderError::Kind::corrupt) {
      throw;
    }
    // Its instance cannot be read; the other timers must not wait for that.
    set_aside(transaction_, Table::timers, row.bytes(), failed.error().message);
  }
}

void Engine::deliver_due(const TimerRow& row) {
  const auto key = row.bytes();
  const auto bytes = batch_.get(Table::timers, key);
  if (!bytes) {
    return;  // cancelled meanwhile
  }
  auto item = model::decode_work_item(*bytes);
  if (!item) {
    set_aside(transaction_, Table::timers, key, item.error().what);
    return;
  }
  // Else it was deleted, and its id may be another's by now.
  if (batch_.contains(Table::instances, make_key(row.number))) {
    deliver_to_instance(row, *item);
  }
  erase_timer(transaction_, row);  // last: a row whose instance cannot be read is set aside instead
}

void Engine::deliver_to_instance(const TimerRow& row, const WorkItem& item) {
  const bool is_start = row.execution == 0 && row.id == 0;
  const auto record = instances_.load(row.number);
  if (!is_start && row.execution == 0 && record && keeps_messages(record->status)) {
    keep_row(transaction_, Table::timers, row.bytes(), row.number, row.id, record->execution);
    return;
  }
  if (!is_start) {
    deliver_if_running(transaction_, item, row.execution);
    return;
  }
  if (record && record->status == ExecutionStatus::running) {
    stage_message(transaction_, row.number, 0, item);
    InstanceRecord started = *record;
    started.start_due.reset();
    started.start_opening = opening_.id;
    instances_.update(row.number, *record, started);
  }
}

void Engine::release_held_back() {
  for (const auto& what : timers_.take_released(clock_->now())) {
    if (const auto* number = std::get_if<Number>(&what)) {
      turns_.release(*number);
    } else if (const auto* work = std::get_if<WorkRef>(&what)) {
      work_.push(*work);
    } else if (const auto* timer = std::get_if<TimerQueue::VoidTimer>(&what)) {
      timers_.end_lease(timer->token);
    } else {
      rest_.end(clock_->now());
    }
  }
}

}  // namespace duroxide::storage
