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
  if (!transaction_.is_resting() && !batch_.has_room(options_.slack)) {
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

void Engine::rest(const std::string& why) {
  if (transaction_.is_resting()) {
    return;
  }
  if (rest_.is_first()) {
    log(LogLevel::warn, "nothing is handed out until what it needs can be had: " + why +
                            ". What is running goes on then");
  }
  // Of one reading of the clock, so that the rest is over when its end is told.
  timers_.hold_back(rest_.begin(clock_->now()), TimerQueue::Pause{});
}

void Engine::broken_off(const std::exception& failed) {
  const auto* known = dynamic_cast<const StorageFailure*>(&failed);
  if (known == nullptr || known->error().retryable) {
    rest(failed.what());
  } else {
    transaction_.log_unreadable(*known);
  }
}

void Engine::write_counts() {
  // Those for which there is no room are written with a later commit.
  auto& counts = work_.counts_to_write;
  for (auto entry = counts.begin(); entry != counts.end(); entry = counts.erase(entry)) {
    if (counted_.work.contains(entry->first)) {
      continue;  // the batch counts the delivery that follows
    }
    if (!finds_room(bytes_of_count)) {
      return;
    }
    batch_.put(Table::attempts, entry->first.bytes(), make_key(entry->second));
  }
}

}  // namespace duroxide::storage
