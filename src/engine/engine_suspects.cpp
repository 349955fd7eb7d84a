// What is done with more care after an unclean end, so that what caused it is found.

#include "engine/engine.hpp"

namespace duroxide::storage {

void Engine::load_suspects() {
  if (!opening_.after_crash) {
    return;
  }
  care_.until = saturating_add(clock_->now(), options_.careful_after_crash);
  try {
    suspects_.load(batch_.committed());
  } catch (const StorageFailure& failed) {
    suspects_.give_up();
    log_unreadable(failed);
  }
}

bool Engine::offer_suspect_work() {
  if (work_suspects_.empty()) {
    return false;
  }
  const auto work = work_suspects_.take_next(clock_->now());
  if (!work) {
    return false;
  }
  work_.push_front(*work);
  hold_back(WorkSuspects::longest_wait, TimerQueue::Pause{});  // for the one behind it
  return true;
}

void Engine::watch_suspects() {
  (void)offer_suspect_work();
  if (suspects_.empty()) {
    return;
  }
  const Timestamp now = clock_->now();
  if (transaction_.is_resting() || paused_.store()) {
    suspects_.wait_anew();
    return;
  }
  if (!turns_.parked.empty() || !work_.parked.empty()) {
    suspects_.begin_to_wait(now);
  }
  const auto until = suspects_.waits_until();
  if (!until) {
    return;
  }
  if (now >= *until) {
    suspects_.give_up();
    release_suspects();
  } else if (!care_.alarm || *care_.alarm <= now) {
    care_.alarm = until;
    hold_back(std::chrono::duration_cast<Milliseconds>(*until - now), TimerQueue::Pause{});
  }
}

void Engine::release_suspects() {
  for (const Number number : suspects_.take_released()) {
    turns_.push(number);
  }
}

bool Engine::count_before_delivery(const InstanceRecord& record, Number number,
                                   const Messages& messages) const {
  // After a crash, what was in the store may be what caused it. So that a message which kills the
  // process at once is counted all the same, its delivery is on the disk before it is made.
  if (!opening_.after_crash || counted_.turns.contains(number)) {
    return false;
  }
  // What kills the process may also come anew each time, from a timer, an activity that runs again,
  // or whoever starts the instance again; a turn that runs ahead of the disk would leave no trace of
  // it. So neither the first turn of an instance from before runs ahead, nor, for a while, that of a
  // new one.
  const bool is_new = record.execution == 1 && record.event_count == 0;
  if (turns_.is_to_be_taken_up(number) || (is_new && clock_->now() < care_.until)) {
    return true;
  }
  for (const auto sequence : messages.sequences) {
    const bool old =
        sequence == 0 ? record.start_opening < opening_.id : sequence < opening_.sequence_base();
    if (old) {
      return true;
    }
  }
  return false;
}

}  // namespace duroxide::storage
