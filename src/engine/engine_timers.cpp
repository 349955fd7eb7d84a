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
