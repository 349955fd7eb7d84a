#include "simulation/simulation.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "simulation/checker.hpp"
#include "simulation/people.hpp"

namespace duroxide::simulation {

namespace {

/// Rounds without disturbance after which what is not steady is cancelled, then ended, and after which
/// nobody waits any more.
constexpr int rounds_before_cancel = 8;
constexpr int rounds_before_terminate = 16;
constexpr int most_rounds = 60;

/// At which steps something is done that is done a few times in a run.
std::multiset<std::uint32_t> moments(property::Random& random, std::uint32_t count,
                                     std::uint32_t steps) {
  std::multiset<std::uint32_t> chosen;
  while (chosen.size() < count) {
    chosen.insert(random.below(steps));
  }
  return chosen;
}

void disturb(World& world, People& people) {
  const Plan& plan = world.plan;
  const auto crashes = moments(world.random, plan.crashes, plan.steps);
  const auto restarts = moments(world.random, plan.restarts, plan.steps);
  const Rates& rates = plan.rates;
  for (std::uint32_t i = 0; i < plan.steps; ++i) {
    if (crashes.contains(i)) {
      world.crash();
    }
    if (restarts.contains(i)) {
      world.restart(world.random.chance(50));
    }
    const std::uint32_t what = world.random.below(1000);
    if (what < rates.act) {
      people.act();
    } else if (what < rates.act + rates.advance) {
      world.pass_time(Milliseconds(1 + world.random.below(20)));
    } else if (what < rates.act + rates.advance + rates.delayed) {
      (void)world.process().deliver_delayed();
    } else if (what < rates.act + rates.advance + rates.delayed + rates.finish) {
      (void)people.finish_one(false);
    } else if (!world.step()) {
      // Nothing is left to do at this moment.
      if (world.random.chance(30)) {
        people.act();
      } else if (!people.finish_one(false)) {
        world.pass_time(Milliseconds(1 + world.random.below(50)));
      }
    }
  }
}

void resume_all(World& world) {
  std::set<std::pair<PauseScope::Kind, std::string>> done;
  const auto resume = [&](const PauseScope& scope) {
    if (done.emplace(scope.kind, scope.name).second) {
      world.management().resume(scope,
                                world.answer<ManagementClient::Answer<void>>([](const auto&) {}));
    }
  };
  resume(PauseScope::of_store());
  for (const auto& each : world.known) {
    resume(PauseScope::of_orchestration(each->part->prefix + "P0"));
    resume(PauseScope::of_instance(each->instance));
  }
}

void release_all(World& world) {
  const auto quarantined = world.ask<ManagementClient::Answer<std::vector<QuarantinedItem>>>(
      [&](auto on_answer) { world.management().list_quarantined(std::move(on_answer)); });
  if (!quarantined || !*quarantined) {
    return;
  }
  for (const QuarantinedItem& each : **quarantined) {
    world.management().release_from_quarantine(
        each.instance_id, world.counted<ManagementClient::Answer<std::uint64_t>>(
                              "something was released from quarantine"));
  }
}

/// Nothing is disturbed any more: everything that was started comes to its end.
void finish(World& world, People& people) {
  world.trace.note("calm");
  world.is_disturbed = false;
  if (world.plan.registers_late) {
    world.restart(world.random.chance(50));
  }
  world.settle();
  resume_all(world);
  for (int round = 0; round < most_rounds; ++round) {
    for (const auto& each : world.known) {
      people.start(*each);
    }
    world.settle();
    while (people.finish_one(true)) {
      world.settle();
    }
    const auto open = running(world);
    if (open.empty() && std::all_of(world.known.begin(), world.known.end(),
                                    [](const auto& each) { return each->is_accepted; })) {
      return;
    }
    if (round > 4) {
      release_all(world);
    }
    for (const InstanceSummary& each : open) {
      const Part* const part = world.part_of(each.orchestration_name);
      if (round >= rounds_before_cancel && part != nullptr && !part->is_steady()) {
        if (round < rounds_before_terminate) {
          world.client().cancel_orchestration(each.instance_id, "late",
                                              world.answer<Client::Done>([](const auto&) {}));
        } else {
          world.management().terminate_instance(
              each.instance_id, "late",
              world.answer<ManagementClient::Answer<void>>([](const auto&) {}));
        }
      }
      people.raise_all(each.instance_id);
    }
    world.settle();
    world.pass_time(Milliseconds(std::int64_t{10} << std::min(round, 12)));
  }
}

}  // namespace

Outcome run(Plan plan, bool prints) {
  World world(std::move(plan), prints);
  People people(world);
  if (world.plan.steps > 0) {
    disturb(world, people);
  }
  finish(world, people);
  Outcome outcome;
  outcome.results = check_end(world);
  if (world.plan.reopens_at_end) {
    world.restart(true);
    if (check_end(world) != outcome.results) {
      world.violation("the store is not what it was when it was closed");
    }
  }
  world.end();
  outcome.violations = world.violations;
  outcome.happened = world.happened;
  outcome.hash = world.trace.hash();
  outcome.steps = world.trace.steps();
  if (!outcome.violations.empty()) {
    outcome.last_steps = world.trace.last_steps();
  }
  return outcome;
}

const std::string& undisturbed_result(const Part& part) {
  static std::map<std::pair<std::string, std::uint64_t>, std::string> results;
  const auto [place, is_new] = results.try_emplace({part.instance, part.program_seed});
  if (is_new) {
    const Outcome outcome = run(make_calm_plan(part));
    place->second = outcome.violations.empty() ? outcome.results.at(0) : outcome.violations.front();
  }
  return place->second;
}

}  // namespace duroxide::simulation
