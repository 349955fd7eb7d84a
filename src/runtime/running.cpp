#include "runtime/running.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "protocol/engine_scheduler.hpp"
#include "protocol/enough_threads.hpp"
#include "runtime/activity_dispatcher.hpp"
#include "runtime/coroutine_worker.hpp"
#include "runtime/crew.hpp"
#include "runtime/latch.hpp"
#include "runtime/orchestration_dispatcher.hpp"
#include "runtime/orchestrator.hpp"
#include "runtime/stand_in.hpp"
#include "runtime/timer_service.hpp"
#include "runtime/turn_services.hpp"
#include "runtime/worker.hpp"

namespace duroxide::runtime {

namespace {

/// Giving the leases back is one request to the store; it needs no more than a slow disk.
constexpr Milliseconds least_time_to_release{5'000};

/// So many short activities run, or try to: one that breaks its promise and blocks holds a thread of the
/// engine's.
constexpr std::size_t most_short_at_once = 64;

/// They compute little between their awaits, and each thread is there only once it is needed.
constexpr std::size_t coroutine_threads = 4;

WorkerActor spawn_worker(caf::actor_system& system, const SharedEnvironment& environment) {
  if (actors::is_deterministic(system)) {
    return system.spawn<Worker>(environment);
  }
  return system.spawn<Worker, actors::own_thread>(environment);
}

/// None for a runtime that takes no activities.
std::vector<WorkerActor> spawn_workers(caf::actor_system& system,
                                       const SharedEnvironment& environment) {
  const RuntimeOptions& options = environment->options;
  const std::size_t count =
      options.worker_tags().accepts_nothing() ? 0 : options.worker_concurrency();
  storage::require_threads(system, count + (options.retention().deletes_anything() ? 1 : 0));
  std::vector<WorkerActor> workers;
  while (workers.size() < count) {
    workers.push_back(spawn_worker(system, environment));
  }
  return workers;
}

/// Null where there is no engine thread.
StandInActor spawn_stand_in(caf::actor_system& system, const SharedEnvironment& environment) {
  auto* const scheduler = actors::EngineScheduler::of(system);
  return scheduler == nullptr ? StandInActor() : system.spawn<StandIn>(environment, scheduler);
}

}  // namespace

Running::Running(caf::actor_system& system, SharedEnvironment environment)
    : system_(system), environment_(std::move(environment)) {
  const actors::SpawnsFromOutside outside;
  const auto workers = spawn_workers(system_, environment_);
  const auto make_orchestrator =
      [&system, shared = environment_,
       services = make_turn_services(environment_)](const std::string& instance) {
        return system.spawn<Orchestrator>(shared, services, instance);
      };
  const auto make_worker = [&system, shared = environment_] {
    storage::require_threads(system, 1);
    return spawn_worker(system, shared);
  };
  const auto make_short_worker = [&system, shared = environment_]() -> WorkerActor {
    return system.spawn<Worker>(shared);
  };
  const auto make_coroutine_worker = [&system, shared = environment_]() -> WorkerActor {
    if (actors::is_deterministic(system)) {
      return system.spawn<CoroutineWorker>(shared);
    }
    storage::require_threads(system, 1);
    return system.spawn<CoroutineWorker, actors::own_thread>(shared);
  };
  orchestrations_ = system_.spawn<OrchestrationDispatcher>(environment_, make_orchestrator);
  activities_ = system_.spawn<ActivityDispatcher>(
      environment_, workers, make_worker,
      Crew::of_single_workers(make_short_worker, most_short_at_once),
      Crew::of_shared_workers(make_coroutine_worker, environment_->options.coroutine_concurrency(),
                              coroutine_threads),
      spawn_stand_in(system_, environment_));
  timers_ = system_.spawn<TimerService>(environment_);
  if (environment_->options.retention().deletes_anything()) {
    retention_ = actors::is_deterministic(system_)
                     ? system_.spawn<Retention>(environment_, stopping_)
                     : system_.spawn<Retention, actors::own_thread>(environment_, stopping_);
  }
}

Running::~Running() {
  *stopping_ = true;
  auto drained = std::make_shared<Latch>(retention_ ? 4 : 3);
  tell_all(Drain{[drained] { drained->count_down(); }});
  const Milliseconds timeout = environment_->options.stop_timeout();
  if (!drained->wait(system_, timeout)) {
    tell_all(GiveUp{});
    if (!drained->wait(system_, std::max(timeout, least_time_to_release))) {
      environment_->log(LogLevel::error,
                        "the store did not take the leases back in time; what they cover is done "
                        "when the store is opened again");
    }
  }
}

template <class Message>
void Running::tell_all(const Message& message) const {
  actors::send_from_outside(orchestrations_, message);
  actors::send_from_outside(activities_, message);
  actors::send_from_outside(timers_, message);
  if (retention_) {
    actors::send_from_outside(retention_, message);
  }
}

}  // namespace duroxide::runtime
