#include "engine/commit_timing.hpp"

#include "model/invariant.hpp"

namespace duroxide::storage {

void CommitTiming::ask_for_commit() {
  if (!commit_asked_) {
    commit_asked_ = true;
    host_.commit_soon();
  }
}

void CommitTiming::ask_for_tick() {
  if (!tick_asked_) {
    tick_asked_ = true;
    held_before_tick_ = true;
    host_.tick_in(longest_hold_);
  }
}

void CommitTiming::changed() {
  if (phase_ == Phase::idle) {
    phase_ = Phase::gathering;
    ask_for_commit();
  }
}

void CommitTiming::turn_ahead_began() {
  DUROXIDE_INVARIANT(phase_ == Phase::gathering, "a turn runs ahead only of a batch that gathers");
  ++turns_ahead_;
}

void CommitTiming::turn_ahead_ended() {
  if (turns_ahead_ > 0 && --turns_ahead_ == 0 && phase_ == Phase::closing) {
    ask_for_commit();
  }
}

bool CommitTiming::commit_due() {
  commit_asked_ = false;
  if (phase_ == Phase::idle) {
    return false;
  }
  if (turns_ahead_ == 0) {
    return true;
  }
  if (phase_ == Phase::gathering) {
    phase_ = Phase::closing;
    ask_for_tick();
  }
  return false;
}

bool CommitTiming::tick_due() {
  tick_asked_ = false;
  if (phase_ != Phase::closing) {
    return false;
  }
  if (held_before_tick_) {
    return true;
  }
  ask_for_tick();
  return false;
}

void CommitTiming::batch_ended() {
  phase_ = Phase::idle;
  turns_ahead_ = 0;
  held_before_tick_ = false;
}

}  // namespace duroxide::storage
