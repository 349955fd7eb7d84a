// What the activity dispatcher does with activities that promise to be short: they run on the engine's
// thread, each on an actor of its own, so that one which breaks its promise keeps none behind it.

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "runtime/activity_dispatcher.hpp"

namespace duroxide::runtime {

namespace {

/// No worker that the dispatcher counts: those have numbers above.
constexpr WorkerId no_worker = 0;

/// So many run, or try to: one that breaks its promise and blocks holds a thread of the engine's.
constexpr std::size_t most_at_once = 64;

}  // namespace

void ActivityDispatcher::place_short(SharedDelivery delivery) {
  if (short_workers_.size() < most_at_once) {
    run_short(std::move(delivery));
  } else {
    waiting_short_.push_back(std::move(delivery));
  }
}

void ActivityDispatcher::use_room_for_short() {
  while (!waiting_short_.empty() && short_workers_.size() < most_at_once) {
    SharedDelivery first = std::move(waiting_short_.front());
    waiting_short_.pop_front();
    run_short(std::move(first));
  }
}

std::size_t ActivityDispatcher::short_credit() const {
  return std::min(2 * short_ended_since_fetch_, most_at_once);
}

void ActivityDispatcher::run_short(SharedDelivery delivery) {
  const provider::LockToken token = delivery->item.lock_token;
  WorkerActor worker;
  if (idle_short_workers_.empty()) {
    try {
      worker = make_short_worker_();
    } catch (const std::exception& error) {
      environment_->log(LogLevel::error,
                        std::string("a short activity cannot be run now: ") + error.what());
      provider::AbandonWorker request;
      request.lock_token = token;
      request.delay = retry_delay(1);
      abandon(std::move(request));
      return;
    }
  } else {
    worker = std::move(idle_short_workers_.back());
    idle_short_workers_.pop_back();
  }
  running_.add(no_worker, delivery);
  short_workers_.insert_or_assign(token, worker);
  actors::ask(
      this, worker, RunActivity{std::move(delivery), ActivityDispatcherActor(this)},
      [this, token](ActivityEnded& activity) { short_ended(token, activity); },
      [this, token] { short_lost(token); });
}

void ActivityDispatcher::short_ended(provider::LockToken token, ActivityEnded& activity) {
  auto worker = short_workers_.extract(token);
  if (!worker) {
    return;  // it was left behind, and has been stopped
  }
  acknowledge(token, activity);
  (void)running_.remove(token);
  idle_short_workers_.push_back(std::move(worker.mapped()));
  ++short_ended_since_fetch_;
  use_room_for_short();
  drain_if_done();
  fetch();
}

void ActivityDispatcher::short_lost(provider::LockToken token) {
  if (short_workers_.erase(token) == 0) {
    return;
  }
  environment_->log(LogLevel::error, "a short activity has ended its worker; it is tried again");
  (void)running_.remove(token);
  provider::AbandonWorker request;
  request.lock_token = token;
  request.delay = retry_delay(1);
  abandon(std::move(request));
  use_room_for_short();
  drain_if_done();
  fetch();
}

}  // namespace duroxide::runtime
