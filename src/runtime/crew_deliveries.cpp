// What the activity dispatcher does with activities that hold no thread of their own: short ones, which
// run on the engine's, and coroutines, which share a few.

#include <exception>
#include <string>
#include <utility>

#include "model/activity_failure.hpp"
#include "runtime/activity_dispatcher.hpp"

namespace duroxide::runtime {

namespace {

/// No worker that the dispatcher counts: those have numbers above.
constexpr WorkerId no_worker = 0;

/// So many coroutines wait here for a place; others go back to the store for so long, as whatever waits
/// here would keep ordinary activities behind it in the store.
constexpr std::size_t most_waiting_coroutines = 64;
constexpr Milliseconds pause_without_place{1'000};

}  // namespace

Crew* ActivityDispatcher::crew_of(const Delivery& delivery) {
  switch (delivery.way) {
    case Delivery::Way::short_running:
      return &short_crew_;
    case Delivery::Way::coroutine:
      return &coroutine_crew_;
    case Delivery::Way::own_thread:
      break;
  }
  return nullptr;
}

void ActivityDispatcher::place_in(Crew& crew, SharedDelivery delivery) {
  if (crew.has_room()) {
    run_in(crew, std::move(delivery));
  } else if (give_up_if_late(*delivery)) {
    return;
  } else if (&crew == &coroutine_crew_ && crew.waiting() >= most_waiting_coroutines) {
    give_back(delivery->item.lock_token, pause_without_place,
              "waiting for a place among the " +
                  std::to_string(environment_->options.coroutine_concurrency()) +
                  " activities that are coroutines (RuntimeOptions::coroutine_concurrency)");
  } else {
    watch_start(delivery);
    crew.wait(std::move(delivery));
  }
}

void ActivityDispatcher::use_room_in(Crew& crew) {
  while (SharedDelivery first = crew.take_waiting()) {
    run_in(crew, std::move(first));
  }
}

void ActivityDispatcher::run_in(Crew& crew, SharedDelivery delivery) {
  const provider::LockToken token = delivery->item.lock_token;
  WorkerActor worker;
  try {
    worker = crew.take();
  } catch (const std::exception& error) {
    environment_->log(LogLevel::error, "activity " + delivery->item.item.name +
                                           " cannot be run now: " + error.what());
    give_back(token, retry_delay(1));
    return;
  }
  add_running(no_worker, delivery);
  crew.runs(token, worker);
  actors::ask(
      this, worker, RunActivity{std::move(delivery), ActivityDispatcherActor(this)},
      [this, &crew, token](ActivityEnded& activity) {
        if (crew.ended(token)) {
          acknowledge(token, activity);
          end_in(crew, token);
        }
      },
      [this, &crew, token] {
        if (crew.lost(token)) {
          environment_->log(LogLevel::error, "an activity has ended its worker; it is tried again");
          try_again_elsewhere(token);
          end_in(crew, token);
        }
      });
}

void ActivityDispatcher::end_in(Crew& crew, provider::LockToken token) {
  (void)running_.remove(token);
  use_room_in(crew);
  drain_if_done();
  fetch();
}

void ActivityDispatcher::try_again_elsewhere(provider::LockToken token) {
  provider::AbandonWorker request;
  request.lock_token = token;
  request.delay = retry_delay(1);
  abandon(std::move(request));
}

/// The activities of a session have one worker, one after another; a coroutine has none for itself, nor has
/// what runs on an executor, which a coroutine waits for.
void ActivityDispatcher::refuse_in_session(const provider::WorkerItem& item) {
  ErrorDetails details;
  details.category = ErrorCategory::configuration;
  details.kind = ErrorKind::activity_failed;
  details.subject = item.item.name;
  details.message = "activity " + item.item.name +
                    " is a coroutine, or runs on an executor, and was called in session " +
                    *item.item.session +
                    ", whose activities share one worker. Call it without a session, or register a "
                    "plain function";
  end_lease(
      provider::AckWorker{item.lock_token, model::failed_activity(item.item, std::move(details))});
}

}  // namespace duroxide::runtime
