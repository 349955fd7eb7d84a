#include "simulation/checker.hpp"

#include <set>

#include <duroxide/management_protocol.hpp>

#include "property/histories.hpp"
#include "simulation/simulation.hpp"

namespace duroxide::simulation {

namespace {

using Summaries = std::vector<InstanceSummary>;

/// Asks, and takes every failure for a violation.
template <class T, class Start>
T require(World& world, const char* what, const Start& start) {
  const auto answer = world.ask<Result<T, ClientError>>(start);
  if (answer && *answer) {
    return **answer;
  }
  world.violation(std::string("no answer about ") + what +
                  (answer ? ": " + answer->error().message : ""));
  return T();
}

Summaries list(World& world, const InstanceFilter& filter) {
  return require<Summaries>(world, "the instances", [&](auto on_answer) {
    world.management().list_instances(filter, std::move(on_answer));
  });
}

void check_parts(World& world, std::vector<std::string>& results) {
  for (const auto& known : world.known) {
    const auto status = require<OrchestrationStatus>(world, "a status", [&](auto on_answer) {
      world.client().get_orchestration_status(known->instance, std::move(on_answer));
    });
    world.told(*known, status, known->has_ended);
    if (known->is_accepted && !known->may_be_gone && !status.is_terminal()) {
      world.violation(known->instance + " was started and has not ended: " + status.to_string());
    }
    results.push_back(status.to_string());
    if (known->part->is_steady() && world.plan.seed != 0 &&
        status.to_string() != undisturbed_result(*known->part)) {
      world.violation(known->instance + " came to\n  " + status.to_string() +
                      "\nand undisturbed to\n  " + undisturbed_result(*known->part));
    }
  }
}

/// Time does not go back, no timer fires early, and what was told once comes once.
void check_arrivals(World& world, const InstanceSummary& instance,
                    const std::vector<Event>& history) {
  std::set<std::string> told;
  Timestamp last = Timestamp::min();
  for (const Event& event : history) {
    if (event.timestamp < last) {
      world.violation("event " + std::to_string(event.event_id) + " of " + instance.instance_id +
                      " is older than the one before");
    }
    last = event.timestamp;
    if (const auto* const fired = std::get_if<event::TimerFired>(&event.kind);
        fired != nullptr && event.timestamp < fired->fire_at) {
      world.violation("a timer of " + instance.instance_id + " has fired early");
    }
    const auto* const raised = std::get_if<event::ExternalEvent>(&event.kind);
    const auto* const queued = std::get_if<event::QueueEventDelivered>(&event.kind);
    const Payload data = raised != nullptr   ? raised->data
                         : queued != nullptr ? queued->data
                                             : Payload();
    if (data.text().starts_with(unique_mark) && !told.insert(data).second) {
      world.violation(instance.instance_id + " was told twice: " + data);
    }
  }
}

/// Whether an operator has ended it: without its code, which so has given nothing up.
bool is_terminated(const std::vector<Event>& history) {
  return history.size() > 1 &&
         std::holds_alternative<event::OrchestrationFailed>(history.back().kind) &&
         std::holds_alternative<event::OrchestrationCancelRequested>(
             history[history.size() - 2].kind);
}

/// Each completion once, of what is open, and only of what somebody has begun.
void check_history(World& world, const InstanceSummary& instance, std::uint64_t execution,
                   const std::vector<Event>& history, bool is_cut) {
  const bool is_whole = !is_terminated(history);
  const std::string wrong =
      is_whole ? property::check_history(history, true)
               : property::check_history({history.begin(), history.end() - 1}, false);
  if (!wrong.empty()) {
    world.violation("the history of " + instance.instance_id + ", " + std::to_string(execution) +
                    ": " + wrong + "\n" + property::to_text(history));
  }
  check_arrivals(world, instance, history);
  for (const Event& event : history) {
    const auto* const done = std::get_if<event::ActivityCompleted>(&event.kind);
    if (done != nullptr && !is_cut &&
        world.begun.count({instance.instance_id, execution, event.source_event_id}) == 0) {
      world.violation("nobody has run the activity " + std::to_string(event.source_event_id) +
                      " of " + instance.instance_id);
    }
  }
}

void check_histories(World& world, const Summaries& instances) {
  for (const InstanceSummary& instance : instances) {
    const Part* const part = world.part_of(instance.orchestration_name);
    // A copy has activities that its original has run.
    bool is_cut = instance.instance_id.find(copy_mark) != std::string::npos;
    for (const auto& known : world.known) {
      is_cut = is_cut || (known->part == part &&
                          (known->is_cut || known->may_be_gone || known->may_run_again));
    }
    const auto executions =
        require<std::vector<std::uint64_t>>(world, "executions", [&](auto on_answer) {
          world.management().list_executions(instance.instance_id, std::move(on_answer));
        });
    for (const std::uint64_t each : executions) {
      const auto history = require<std::vector<Event>>(world, "a history", [&](auto on_answer) {
        world.management().read_execution_history(instance.instance_id, each, std::move(on_answer));
      });
      check_history(world, instance, each, history, is_cut);
    }
  }
}

void check_counts(World& world, const Summaries& instances) {
  const auto counts = require<InstanceCounts>(world, "counts", [&](auto on_answer) {
    world.management().get_instance_counts(std::move(on_answer));
  });
  InstanceCounts expected;
  for (const InstanceSummary& each : instances) {
    ++expected.total;
    expected.running += each.status.is_running() ? 1 : 0;
    expected.completed += each.status.is_completed() ? 1 : 0;
    expected.cancelled += each.status.is_cancelled() ? 1 : 0;
    expected.failed += each.status.is_failed() && !each.status.is_cancelled() ? 1 : 0;
  }
  if (counts != expected) {
    world.violation("the counts of instances are not those of the list");
  }
  if (expected.running != 0) {
    world.violation(std::to_string(expected.running) + " instances have not ended");
  }
  const auto depths = require<QueueDepths>(world, "queues", [&](auto on_answer) {
    world.management().get_queue_depths(std::move(on_answer));
  });
  if (depths != QueueDepths()) {
    world.violation("everything has ended, and the queues hold " +
                    std::to_string(depths.orchestrator_queue) + " messages, " +
                    std::to_string(depths.worker_queue) + " activities and " +
                    std::to_string(depths.timer_queue) + " timers");
  }
}

void check_order(World& world) {
  using Response = management::VerifyStore::Response;
  const auto report = world.ask<Response>([&](std::function<void(Response)> on_answer) {
    world.process().actors().spawn(
        [](caf::event_based_actor* self, const ManagementActor& management,
           const std::function<void(Response)>& then) {
          actors::ask(self, management, management::VerifyStore(), then, [] {});
        },
        management_of(world.process().store()), std::move(on_answer));
  });
  if (!report || !*report) {
    world.violation("the store cannot be checked");
    return;
  }
  for (const StoreProblem& each : (*report)->problems) {
    world.violation("the store is not in order: " + each.table + " " + each.instance_id + ": " +
                    each.what);
  }
}

}  // namespace

std::vector<InstanceSummary> running(World& world) {
  InstanceFilter filter;
  filter.status = StatusFilters{StatusFilter(ExecutionStatus::running)};
  return list(world, filter);
}

std::vector<std::string> check_end(World& world) {
  std::vector<std::string> results;
  check_parts(world, results);
  const Summaries instances = list(world, {});
  check_histories(world, instances);
  check_counts(world, instances);
  check_order(world);
  return results;
}

}  // namespace duroxide::simulation
