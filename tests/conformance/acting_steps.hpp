#pragma once

// Short words for tests of what operators do to instances.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "conformance/world.hpp"

namespace duroxide::conformance {

using Ids = std::vector<std::string>;

inline Done pause(World& world, const PauseScope& scope) {
  return world.manage<Done>(management::Pause{scope, true});
}
inline Done resume(World& world, const PauseScope& scope) {
  return world.manage<Done>(management::Pause{scope, false});
}
inline std::vector<PausedItem> paused(World& world) {
  return world.manage<provider::Answer<std::vector<PausedItem>>>(management::ListPaused{}).value();
}

inline provider::Answer<DeleteInstanceResult> delete_now(World& world, Ids ids,
                                                         bool force = false) {
  return world.manage<provider::Answer<DeleteInstanceResult>>(
      management::DeleteInstances{std::move(ids), force});
}
inline Done terminate(World& world, const std::string& instance,
                      const std::string& reason = "stop") {
  return world.manage<Done>(management::TerminateInstance{instance, reason});
}
inline provider::Answer<PruneResult> prune(World& world, const std::string& instance,
                                           const PruneOptions& options) {
  return world.manage<provider::Answer<PruneResult>>(
      management::PruneExecutions{instance, options});
}
inline QueueDepths depths(World& world) {
  return world.manage<provider::Answer<QueueDepths>>(management::GetQueueDepths{}).value();
}
inline std::vector<std::uint64_t> executions(World& world, const std::string& instance) {
  return world
      .manage<provider::Answer<std::vector<std::uint64_t>>>(management::ListExecutions{instance})
      .value();
}

/// The instances that are handed out to one fetch.
inline Ids handed_out(World& world, std::uint64_t max_items = 10) {
  Ids ids;
  const auto pending = world.fetch_later(max_items);
  if (!pending.answered()) {
    world.system.run_delayed();
  }
  if (pending.answered()) {
    for (const auto& item : pending.value()) {
      ids.push_back(item.instance);
    }
  }
  return ids;
}

/// Whether no timer is leased to one who asks now.
inline bool nothing_due(World& world) {
  Partner other(world.system, provider_of(*world.store));
  const auto pending =
      other.ask<provider::Answer<provider::DueTimers>>(provider::DequeueTimerPeekLock{100, {}});
  world.run();
  const bool nothing = !pending.answered() || pending.value().lock_tokens.empty();
  other.die();
  world.run();
  return nothing;
}

inline Event timer_event(Timestamp fire_at) {
  return Event{0, 0, from_milliseconds(6), event::TimerCreated{fire_at}};
}

/// Starts `id` as a child of the call `event_id` of the first execution of `parent`.
inline WorkItem child_item(const std::string& id, const std::string& parent,
                           std::uint64_t event_id = 2) {
  return start_item(id, "Child", ParentLink{parent, 1, event_id});
}

}  // namespace duroxide::conformance
