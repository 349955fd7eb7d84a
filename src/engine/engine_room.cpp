// Room for what is committed. It is looked for before anything is staged for good, so that a commit
// finds its place: a request for which there is none is refused alone, and while there is none even for
// what the engine writes of itself, nothing is handed out.

#include <algorithm>
#include <exception>

#include "engine/engine.hpp"

namespace duroxide::storage {

namespace {

/// Of a row of `attempts` that counts the deliveries of an activity.
constexpr std::size_t bytes_of_count =
    3 * sizeof(std::uint64_t) + sizeof(std::uint64_t) + bytes_of_change;

}  // namespace

void Engine::require_room() {
  // What makes room may be in one batch with others, which must not take what is kept for it.
  const bool may_have_all =
      transaction_.makes_room() && batch_.bytes() <= options_.most_bytes_with_reserve;
  batch_.make_room(options_.slack, may_have_all ? RoomFor::making_room : RoomFor::anything);
}

void Engine::write_of_itself(const std::function<void()>& write) {
  transaction_.begin();
  try {
    write();
    batch_.make_room(options_.slack);
  } catch (...) {
    transaction_.undo();
    throw;
  }
  if (batch_.has_changes()) {
    timing_.changed();
  }
  for (const auto& effect : transaction_.take_effects()) {
    effect();
  }
}

bool Engine::finds_room(std::size_t bytes) {
  try {
    batch_.make_room(bytes);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

bool Engine::look_for_room() {
  if (stopped_) {
    return false;
  }
  if (!resting() && !batch_.has_room(options_.slack)) {
    try {
      batch_.make_room(options_.slack);
    } catch (const std::exception& failed) {
      if (!store_->broken_by()) {
        rest(failed.what());
      }
    }
  }
  if (const auto reason = store_->broken_by()) {
    commit_failed(*reason);
    return false;
  }
  return true;
}

bool Engine::resting() const {
  return paused_until_ && clock_->now() < *paused_until_;
}

void Engine::rest(const std::string& why) {
  if (resting()) {
    return;
  }
  if (next_pause_ == options_.first_pause) {
    log(LogLevel::warn, "nothing is handed out until what it needs can be had: " + why +
                            ". What is running goes on then");
  }
  // Of one reading of the clock, so that the rest is over when its end is told.
  const Timestamp until = saturating_add(clock_->now(), next_pause_);
  timers_.hold_back(until, TimerQueue::Pause{});
  timers_changed_ = true;
  paused_until_ = until;
  next_pause_ = std::min(next_pause_ * 2, options_.longest_pause);
}

void Engine::broken_off(const std::exception& failed) {
  const auto* known = dynamic_cast<const StorageFailure*>(&failed);
  if (known == nullptr || known->error().retryable) {
    rest(failed.what());
  } else {
    log_unreadable(*known);
  }
}

Milliseconds Engine::pause_of_void(const std::string& key) {
  const Timestamp now = clock_->now();
  // It has found room since, or is gone.
  std::erase_if(void_pauses_, [&](const auto& each) {
    return saturating_add(each.second.until, options_.longest_pause) < now;
  });
  auto& [pause, until] = void_pauses_[key];
  pause = pause == Milliseconds::zero() ? options_.first_pause
                                        : std::min(pause * 2, options_.longest_pause);
  until = saturating_add(now, pause);
  return pause;
}

void Engine::write_counts() {
  // Those for which there is no room are written with a later commit.
  auto& counts = work_.counts_to_write;
  for (auto entry = counts.begin(); entry != counts.end(); entry = counts.erase(entry)) {
    if (counted_work_.contains(entry->first)) {
      continue;  // the batch counts the delivery that follows
    }
    if (!finds_room(bytes_of_count)) {
      return;
    }
    batch_.put(Table::attempts, entry->first.bytes(), make_key(entry->second));
  }
}

}  // namespace duroxide::storage
