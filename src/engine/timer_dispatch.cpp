#include "engine/timer_dispatch.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <variant>

namespace duroxide::storage {

namespace {

std::optional<Timestamp> earlier(std::optional<Timestamp> a, std::optional<Timestamp> b) {
  if (!a || !b) {
    return a ? a : b;
  }
  return std::min(*a, *b);
}

bool answer_due(Transaction& transaction, TimerQueue::ParkedDequeue& parked) {
  const Timestamp now = transaction.now();
  TimerQueue::Due due;
  if (!transaction.is_resting()) {
    due = transaction.timers().due(transaction.committed(), now, parked.request.max_items);
  }
  provider::DueTimers answer;
  answer.next_due = earlier(due.next, transaction.timers().next_release());
  if (due.rows.empty() && answer.next_due == parked.request.known_next_due) {
    return false;
  }
  for (const TimerRow& row : due.rows) {
    if (transaction.timers().is_leased(row)) {
      continue;  // a table whose pages are damaged may show a row twice
    }
    answer.lock_tokens.push_back(transaction.timers().lease(row, parked.holder));
  }
  parked.reply(std::move(answer));
  return true;
}

void release_held_back(Transaction& transaction) {
  for (const auto& what : transaction.timers().take_released(transaction.now())) {
    if (const auto* number = std::get_if<Number>(&what)) {
      transaction.unregistered_turns().left.no_longer_held_back(*number);
      transaction.turns().release(*number);
    } else if (const auto* work = std::get_if<WorkRef>(&what)) {
      transaction.unregistered_work().left.no_longer_held_back(work->key);
      transaction.work().push(*work);
    } else if (const auto* timer = std::get_if<TimerQueue::VoidTimer>(&what)) {
      transaction.timers().end_lease(timer->token);
    } else {
      transaction.rest().end(transaction.now());
    }
  }
}

}  // namespace

bool dequeue_timers(Transaction& transaction, Holder holder,
                    const provider::DequeueTimerPeekLock& request, TimerQueue::DueReply reply) {
  if (request.max_items == 0) {
    reply(failure(make_error(ProviderError::Kind::invalid_input, "dequeue_timer_peek_lock",
                             "max_items is 0")));
    return false;
  }
  std::erase_if(transaction.timers().parked, [holder](const auto& older) {
    if (older.holder == holder) {
      older.reply(provider::DueTimers{{}, older.request.known_next_due});
    }
    return older.holder == holder;
  });
  release_held_back(transaction);
  transaction.timers().parked.push_back({holder, request, std::move(reply)});
  transaction.timers().changed = true;
  return true;
}

void answer_parked_timers(Transaction& transaction) {
  for (auto parked = transaction.timers().parked.begin();
       parked != transaction.timers().parked.end();) {
    parked = answer_due(transaction, *parked) ? transaction.timers().parked.erase(parked)
                                              : std::next(parked);
  }
  transaction.timers().changed = false;  // not if that could not read the store
}

}  // namespace duroxide::storage
