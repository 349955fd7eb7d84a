#pragma once

// Short words for tests of the worker queue.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <duroxide/activity.hpp>

#include "conformance/world.hpp"

namespace duroxide::conformance {

/// What a test schedules.
struct Call {
  std::uint64_t id = 2;
  std::optional<std::string> tag = std::nullopt;
  std::optional<std::string> session = std::nullopt;
};

inline provider::AckOrchestrationItem ack_with_calls(const provider::OrchestrationItem& item,
                                                     const std::vector<Call>& calls) {
  auto ack = ack_of(item);
  for (const Call& call : calls) {
    auto execute = activity(item, call.id);
    execute.tag = call.tag;
    execute.session = call.session;
    ack.worker_items.push_back(std::move(execute));
  }
  return ack;
}

/// Starts `instance` and has its first turn schedule `calls`.
inline void schedule(World& world, const std::vector<Call>& calls,
                     const std::string& instance = "a") {
  world.start(instance);
  world.ack(ack_with_calls(world.fetch_one(), calls)).value();
}

/// Has a further turn of `instance` cancel activities.
inline Done cancel(World& world, std::vector<std::uint64_t> ids,
                   const std::string& instance = "a") {
  world.raise(instance, "Go");
  auto ack = ack_of(world.fetch_one());
  ack.cancelled_activities = std::move(ids);
  return world.ack(ack);
}

using PendingWork = Pending<provider::Answer<WorkItems>>;

inline PendingWork ask_for_work(World& world, Partner& partner, TagFilter tags = {},
                                std::uint64_t max_items = 10,
                                std::vector<std::string> saturated = {}) {
  auto pending = partner.ask<provider::Answer<WorkItems>>(
      provider::DequeueWorkerPeekLock{max_items, std::move(tags), std::move(saturated)});
  world.run();
  if (!pending.answered()) {
    world.system.run_delayed();
  }
  return pending;
}

using CallIds = std::vector<std::uint64_t>;

/// What a fetch was given; nothing if it is parked.
inline CallIds ids_of(const PendingWork& pending) {
  CallIds ids;
  if (pending.answered()) {
    for (const auto& item : pending.value()) {
      ids.push_back(item.item.id);
    }
  }
  return ids;
}

inline Partner make_partner(World& world) {
  return Partner(world.system, provider_of(*world.store));
}

inline Done abandon_work(World& world, provider::LockToken token, Milliseconds delay = {},
                         std::optional<std::string> waiting_for = {},
                         std::optional<std::string> quarantine = {}) {
  return world.ask<Done>(
      *world.worker,
      provider::AbandonWorker{token, delay, false, std::move(waiting_for), std::move(quarantine)});
}

inline std::vector<PendingActivity> pending_activities(World& world,
                                                       const std::string& instance = "a") {
  return world
      .manage<provider::Answer<std::vector<PendingActivity>>>(
          management::ListPendingActivities{instance})
      .value();
}

/// As the activity's token names it.
inline provider::ActivityReference reference_to(World& world, std::uint64_t id,
                                                const std::string& instance = "a") {
  for (const PendingActivity& activity : pending_activities(world, instance)) {
    if (activity.correlation_id == id) {
      const auto token = ActivityToken::parse(activity.token).value();
      return {token.instance, token.execution_id, token.event_id, token.incarnation};
    }
  }
  return {};
}

using Tokens = std::vector<provider::LockToken>;

/// The leases of a partner that are over because of a cancellation.
inline Pending<provider::Answer<Tokens>> await_cancelled(World& world, Partner& partner) {
  auto pending = partner.ask<provider::Answer<Tokens>>(provider::AwaitCancelledWork{});
  world.run();
  return pending;
}

inline Done beat(World& world, const provider::ActivityReference& call,
                 const std::string& details) {
  return world.ask<Done>(*world.client, provider::Heartbeat{call, details});
}

inline Done complete_from_outside(World& world, const provider::ActivityReference& call,
                                  WorkItem completion) {
  return world.ask<Done>(*world.client, provider::CompleteActivity{call, std::move(completion)});
}

/// Moves the clock, and has the store notice what was held back until then.
inline void pass_time(World& world, Milliseconds time) {
  world.clock->advance(time);
  (void)world.timers->ask<provider::Answer<provider::DueTimers>>(
      provider::DequeueTimerPeekLock{1, {}});
  world.run();
}

/// Lets handing out go on after a disk was full.
inline void end_pause(World& world) {
  pass_time(world, Milliseconds{5000});
}

}  // namespace duroxide::conformance
