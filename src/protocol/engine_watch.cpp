// The thread that watches the engine thread: it gives the queue to another when a message lasts, and has
// user code told that it does.

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "protocol/engine_thread.hpp"

namespace duroxide::DUROXIDE_ABI::actors {

void EngineScheduler::wake_watch() {
  if (std::exchange(watch_rests_, false)) {
    watch_.notify_one();
  }
}

bool EngineScheduler::is_somebody_absent() const {
  return std::any_of(threads_.begin(), threads_.end(), [](const auto& each) {
    return (each->absence == Thread::Absence::held || each->absence == Thread::Absence::waits) &&
           !each->watched->was_told();
  });
}

void EngineScheduler::watch(Lock& lock) {
  while (!stopping_) {
    Thread* const looked_at = engine_thread_;
    if (looked_at == nullptr && !has_work() && !is_somebody_absent()) {
      watch_rests_ = true;
      watch_.wait(lock);
      watch_rests_ = false;
      continue;
    }
    const std::uint64_t messages = looked_at == nullptr ? 0 : looked_at->messages;
    watch_.wait_for(lock, limits_.longest_message);
    if (looked_at != nullptr && engine_thread_ == looked_at && looked_at->messages == messages) {
      engine_thread_ = nullptr;
      looked_at->absence = Thread::Absence::held;
    }
    try {
      forget_left();
      if (needs_thread()) {
        add_thread();
      }
      tell_overdue();
    } catch (const std::exception&) {
      // No thread or no memory can be had now. It is tried again.
    }
    wake_if_needed();
  }
}

void EngineScheduler::forget_left() {
  std::erase_if(threads_, [](const auto& each) {
    const bool goes = each->has_left && !each->is_told;
    if (goes) {
      each->thread.join();  // it needs the lock no more
    }
    return goes;
  });
}

bool EngineScheduler::needs_thread() const {
  return engine_thread_ == nullptr && has_work() && idle_threads_ == 0 && starting_ == 0 &&
         !stopping_ && threads_.size() < limits_.most_threads;
}

/// On a thread of its own, as whoever is told may block: it may be a log of the user's.
void EngineScheduler::tell_overdue() {
  const auto latest = std::chrono::steady_clock::now() - limits_.overdue_after;
  for (const auto& each : threads_) {
    if (each->absence != Thread::Absence::none && !each->is_told &&
        each->watched->has_overdue(latest)) {
      tellers_.emplace_back([this, &thread = *each, latest] {
        thread.watched->tell_overdue(latest);
        const Lock lock(mutex_);
        thread.is_told = false;
      });
      each->is_told = true;
    }
  }
}

}  // namespace duroxide::DUROXIDE_ABI::actors
