// What the activity dispatcher does with an activity that the engine thread may run by itself.

#include <chrono>
#include <utility>

#include "runtime/activity_dispatcher.hpp"
#include "runtime/run_length.hpp"

namespace duroxide::runtime {

namespace {

/// An activity of which a run has lasted for so long of late has a worker's thread at once.
constexpr std::chrono::milliseconds most_of_stand_in{1};

}  // namespace

/// When nothing else runs, so the engine thread would only wait for its end. The activities of a session
/// stay with their worker.
bool ActivityDispatcher::may_stand_in(const Delivery& delivery) const {
  return stand_in_ && !stand_in_works_ && !for_stand_in_ && running_.empty() && stints_.empty() &&
         !delivery.item.item.session && delivery.run_length != nullptr &&
         delivery.run_length->is_below(most_of_stand_in);
}

/// Behind what else follows from what was fetched: it runs only if nothing is left to do.
void ActivityDispatcher::begin_on_stand_in() {
  if (!for_stand_in_) {
    return;
  }
  auto [worker, delivery] = *std::exchange(for_stand_in_, std::nullopt);
  const provider::LockToken token = delivery->item.lock_token;
  stand_in_works_ = true;
  actors::ask(
      this, stand_in_,
      RunInstead{{std::move(delivery), ActivityDispatcherActor(this)}, workers_.actor(worker)},
      [this, worker = worker, token](ActivityEnded& activity) {
        stand_in_works_ = false;
        ended(worker, token, activity);
      },
      [this, worker = worker, token] { stand_in_lost(worker, token); });
}

/// Either it, or the worker to which it has handed the activity on.
void ActivityDispatcher::stand_in_lost(WorkerId worker, provider::LockToken token) {
  stand_in_works_ = false;
  if (actors::has_ended(stand_in_)) {
    stand_in_ = nullptr;
  }
  const auto left = left_behind_.find(worker);
  actors::stop(left == left_behind_.end() ? workers_.actor(worker) : left->second);
  worker_lost(worker, token);
}

}  // namespace duroxide::runtime
