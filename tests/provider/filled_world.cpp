#include "provider/filled_world.hpp"

#include <utility>

#include "conformance/work_steps.hpp"

namespace duroxide::testing {

using namespace provider;
using namespace std::chrono_literals;

namespace {

Event event_of(EventKind kind) {
  return Event{0, 0, from_milliseconds(7), std::move(kind)};
}

Event end_of(const AckOrchestrationItem& ack) {
  switch (ack.metadata.status) {
    case ExecutionStatus::completed:
      return event_of(event::OrchestrationCompleted{ack.metadata.output});
    case ExecutionStatus::failed:
      return event_of(event::OrchestrationFailed{ack.metadata.failure.value()});
    default:
      return event_of(event::OrchestrationContinuedAsNew{ack.metadata.output, {}});
  }
}

/// Ends an execution in its first turn.
void end(World& world, AckOrchestrationItem ack) {
  Event last = end_of(ack);
  last.event_id = 2;
  ack.events.push_back(std::move(last));
  world.ack(ack).value();
}

void make_busy(World& world) {
  world.enqueue(work::StartOrchestration{"busy", "Busy", "input", {}, {}, {"red", "blue"}}).value();
  const auto item = world.fetch_one();
  const Timestamp due = saturating_add(world.clock->now(), 60min);
  auto ack =
      ack_of(item, {started_event("Busy"), scheduled_event(2), event_of(event::TimerCreated{due}),
                    event_of(event::SubOrchestrationScheduled{"Child", {}, "busy::1", "in"}),
                    event_of(event::CustomStatusUpdated{"halfway"}),
                    event_of(event::KeyValueSet{"key", "value"})});
  ack.worker_items = {activity(item, 2)};
  ack.timers = {timer(item, 3, due)};
  ack.orchestrator_items = {start_item("busy::1", "Child", ParentLink{"busy", 1, 4})};
  ack.custom_status = CustomStatusChange{"halfway", 1};
  ack.values = {{"key", StoredValue{"key", "value", world.clock->now(), 1}}};
  world.ack(ack).value();
  world.ask<Done>(*world.worker, Heartbeat{reference_to(world, 2, "busy"), "a third"}).value();
  world.ack(ack_of(world.fetch_one())).value();  // the child has begun
  world.raise("busy", "Unread");
}

}  // namespace

void fill(World& world) {
  world.start("done");
  end(world, complete_of(world.fetch_one(), "output"));
  world.start("failed");
  end(world, fail_of(world.fetch_one()));
  make_busy(world);
  world.start("again");
  for (auto item = world.fetch_one();; item = world.fetch_one()) {
    if (item.instance != "again") {
      world.abandon(item.lock_token, 60min, true).value();
      continue;
    }
    end(world, continue_of(item));
    break;
  }
  world.start("waiting");
  world.enqueue(start_item("later"), 60min).value();
}

}  // namespace duroxide::testing
