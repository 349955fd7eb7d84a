// What users register: random orchestrations, and activities that are slow, fail or never end, and that
// look whether they may run at all.

#include <algorithm>
#include <stdexcept>

#include "property/random.hpp"
#include "simulation/grown_code.hpp"
#include "simulation/world.hpp"

namespace duroxide::simulation {

namespace {

using Returned = Result<std::string, ErrorDetails>;

/// What a steady part gets: it depends on nothing but the input.
std::optional<std::string> failure_of(int which, const std::string& input) {
  if (which == 6 || (which == 7 && property::hash_of(input) % 2 == 0)) {
    return "a" + std::to_string(which) + input;
  }
  return std::nullopt;
}

/// No effect before its cause is durable: a crash of this moment must leave the schedule.
void check_cause(World& world, const ActivityContext& context) {
  const auto history = world.tables.durable_history(context.instance_id(), context.execution_id());
  const auto scheduled = std::find_if(history.begin(), history.end(), [&](const Event& event) {
    const auto* const activity = std::get_if<event::ActivityScheduled>(&event.kind);
    return event.event_id == context.event_id() && activity != nullptr &&
           activity->name == context.activity_name();
  });
  if (scheduled == history.end()) {
    world.violation("activity " + context.activity_name() + " of " + context.instance_id() +
                    " runs before its schedule is durable");
  }
}

/// What of one part may have been taken out of its history.
bool may_be_cut(const World& world, const Part* part) {
  return std::any_of(world.known.begin(), world.known.end(), [&](const auto& each) {
    return each->part == part && (each->is_cut || each->may_be_gone || each->may_run_again);
  });
}

/// Whether the process dies of this call, each time it is tried.
bool is_deadly(const World& world, const Part* part, const ActivityContext& context) {
  const std::string call = context.instance_id() + std::to_string(context.event_id());
  return world.is_disturbed && part != nullptr && !part->is_steady() &&
         property::hash_of(call) % 100 < world.plan.deadly_activities;
}

Returned misbehave(World& world, ActivityContext& context, const std::string& result) {
  world.count("an activity misbehaved");
  switch (world.random.below(5)) {
    case 0:
      throw std::runtime_error("an activity throws");
    case 1:
      throw 42;
    case 2:
      return failure(application_error(ErrorKind::activity_failed, "an activity fails"));
    case 3:
      // It tells its own instance something, and does not wait for the answer.
      context.client().raise_event(context.instance_id(), "E0", std::string("e"),
                                   [](const Client::Done&) {});
      return result;
    default:
      world.late.push_back(std::make_unique<LateActivity>());
      world.late.back()->token = context.complete_later();
      world.late.back()->result = result;
      world.late.back()->hangs = true;
      return result;
  }
}

Returned run_activity(World& world, int which, ActivityContext& context, const std::string& input) {
  world.trace.note("activity " + context.activity_name() + " of " + context.instance_id() + ", " +
                   std::to_string(context.execution_id()) + ", " +
                   std::to_string(context.event_id()));
  world.count("an activity began");
  const Part* const part = world.part_of(context.orchestration_name());
  if (world.begun[{context.instance_id(), context.execution_id(), context.event_id()}]++ > 0) {
    world.count("an activity began again");
  }
  if (part == nullptr) {
    world.violation("an activity of " + context.orchestration_name() + ", which nobody wrote");
  } else if (!may_be_cut(world, part)) {
    check_cause(world, context);
  }
  const std::string result = "r" + input;
  if (world.random.chance(10)) {
    context.heartbeat(std::string("half of it"));
  }
  if (is_deadly(world, part, context)) {
    world.die();
    return result;
  }
  if (world.is_disturbed && part != nullptr && !part->is_steady() &&
      world.random.chance(world.plan.bad_activities)) {
    return misbehave(world, context, result);
  }
  const auto failed = failure_of(which, input);
  if (world.is_disturbed && world.random.chance(world.plan.late_activities)) {
    world.late.push_back(std::make_unique<LateActivity>());
    world.late.back()->token = context.complete_later();
    world.late.back()->result = result;
    world.late.back()->failure = failed;
    return result;
  }
  if (failed) {
    return failure(application_error(ErrorKind::activity_failed, *failed));
  }
  return result;
}

/// What is registered only once nothing is disturbed any more, if the plan says so.
bool comes_late(const std::string& name) {
  return name == "A8" || name == "A9" || name.ends_with("P2");
}

}  // namespace

void register_all(World& world, std::uint64_t process, Runtime& runtime) {
  const auto is_missing = [&](const std::string& name) {
    return world.plan.registers_late && world.is_disturbed && comes_late(name);
  };
  for (const auto& part : world.plan.parts) {
    if (part->kind == Kind::grown) {
      runtime.register_orchestration(part->prefix + "P0", grow);
    }
    for (const auto& environment : part->environments) {
      if (is_missing(property::orchestration_name(*environment, environment->index))) {
        continue;
      }
      runtime.register_orchestration(
          property::orchestration_name(*environment, environment->index),
          [environment = environment.get()](OrchestrationContext context, std::string input) {
            return property::interpret(context, environment, std::move(input));
          });
    }
  }
  for (int which = 0; which < 10; ++which) {
    const std::string name = "A" + std::to_string(which);
    if (is_missing(name)) {
      continue;
    }
    runtime.register_activity(
        name,
        [&world, process, which](ActivityContext& context, const std::string& input) -> Returned {
          return world.is_current(process) ? run_activity(world, which, context, input)
                                           : std::string();
        });
  }
}

}  // namespace duroxide::simulation
