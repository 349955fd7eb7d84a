#pragma once

// An instance that has failed, to be rewound, forked or moved.

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

#include "provider/world.hpp"

namespace duroxide::failed_twice {

using namespace duroxide::provider;
using namespace duroxide::testing;

inline Event event_of(EventKind kind, std::uint64_t source = 0) {
  return Event{0, source, from_milliseconds(7), std::move(kind)};
}
inline Event failed_event() {
  return event_of(
      event::OrchestrationFailed{application_error(ErrorKind::orchestration_failed, "no")});
}
inline Event refused(std::uint64_t source) {
  return event_of(event::ActivityFailed{application_error(ErrorKind::activity_failed, "no")},
                  source);
}
inline AckOrchestrationItem failing(const OrchestrationItem& item, std::vector<Event> events) {
  events.push_back(failed_event());
  auto ack = ack_of(item, std::move(events));
  ack.metadata.status = ExecutionStatus::failed;
  ack.metadata.failure = application_error(ErrorKind::orchestration_failed, "no");
  return ack;
}

inline Answer<RestoredInstance> rewind(World& world, const std::string& id,
                                       RewindOptions options = {}) {
  return world.manage<Answer<RestoredInstance>>(management::RewindInstance{id, options});
}

/// `a` has taken an activity's result (event 3), set a value, and failed because its second activity
/// (event 5) did; a third one (event 6) was given up.
inline void fail_after_two(World& world) {
  world.start("a");
  auto item = world.fetch_one();
  auto ack = ack_of(item, {started_event(), scheduled_event(2)});
  ack.worker_items = {activity(item, 2)};
  world.ack(ack).value();
  world.complete(world.fetch_work().at(0), "one").value();
  item = world.fetch_one();
  ack = ack_of(
      item, {event_of(event::ActivityCompleted{"one"}, 2), event_of(event::KeyValueSet{"k", "v"}),
             scheduled_event(5), scheduled_event(6)});
  ack.worker_items = {activity(item, 5), activity(item, 6)};
  ack.values = {{"k", StoredValue{"k", "v", from_milliseconds(7), 1}}};
  world.ack(ack).value();
  const auto works = world.fetch_work(2);
  world
      .ask<Done>(*world.worker,
                 AckWorker{works.at(0).lock_token,
                           work::ActivityFailed{
                               "a", 1, 5, application_error(ErrorKind::activity_failed, "no")}})
      .value();
  item = world.fetch_one();
  ack = failing(item, {refused(5), event_of(event::KeyValueSet{"k", "later"}),
                       event_of(event::ActivityCancelRequested{"ended"}, 6)});
  ack.cancelled_activities = {6};
  ack.values = {{"k", StoredValue{"k", "later", from_milliseconds(7), 2}}};
  world.ack(ack).value();
}

inline std::vector<std::uint64_t> ids_of(const WorkItems& items) {
  std::vector<std::uint64_t> ids;
  for (const auto& item : items) {
    ids.push_back(item.item.id);
    CHECK(item.attempt_count == 1);
  }
  return ids;
}

inline std::string value_of(World& world, const std::string& id) {
  const auto found =
      world.ask<Answer<std::optional<StoredValue>>>(*world.client, GetValue{id, "k"});
  return found.value() ? found.value()->value : "none";
}

}  // namespace duroxide::failed_twice
