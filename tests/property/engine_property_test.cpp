// Random orchestrations on the whole engine, with real threads. Things come in any order there, so
// these programs have a result that does not depend on it: it must be the same on each store, without
// residency and across restarts, and every history must replay.
//
// DUROXIDE_SEED runs one program again; DUROXIDE_ENGINE_PROGRAMS says how many to run.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "property/from_environment.hpp"
#include "property/histories.hpp"
#include "property/interpreter.hpp"
#include "property/random.hpp"
#include "scenarios/scenario.hpp"

using namespace duroxide;
using namespace duroxide::property;
using namespace duroxide::scenario;

namespace {

/// One program under names of its own.
struct Case {
  std::uint64_t seed = 0;
  std::string instance;
  Program program;
  std::vector<std::unique_ptr<Environment>> environments;
};

std::vector<std::unique_ptr<Case>> make_cases() {
  const std::uint64_t only = from_environment("DUROXIDE_SEED", 0);
  const std::uint64_t first = only == 0 ? 1 : only;
  const std::uint64_t count = only == 0 ? from_environment("DUROXIDE_ENGINE_PROGRAMS", 150) : 1;
  std::vector<std::unique_ptr<Case>> cases;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    auto made = std::make_unique<Case>();
    made->seed = seed;
    made->instance = "root-" + std::to_string(seed);
    made->program = generate(seed, 4 + static_cast<std::uint32_t>(seed % 15), Profile::commutative);
    for (std::uint32_t i = 0; i < made->program.orchestrations.size(); ++i) {
      auto environment = std::make_unique<Environment>();
      environment->program = &made->program;
      environment->index = i;
      environment->prefix = std::to_string(seed) + ".";
      environment->profile = Profile::commutative;
      made->environments.push_back(std::move(environment));
    }
    cases.push_back(std::move(made));
  }
  return cases;
}

using Cases = std::vector<std::unique_ptr<Case>>;

/// How many events the code can wait for at most, with all loops and executions.
std::size_t waits_in(const Node& node) {
  std::size_t count = node.op == Op::event || node.op == Op::dequeue ? 1 : 0;
  for (const Node& child : node.children) {
    count += waits_in(child);
  }
  return node.op == Op::loop ? 3 * count : count;
}

Result<std::string, ErrorDetails> activity(int which, const std::string& input) {
  if (which == 6 || (which == 7 && hash_of(input) % 2 == 0)) {
    return failure(
        application_error(ErrorKind::activity_failed, "a" + std::to_string(which) + input));
  }
  return "r" + input;
}

Register registrations(const Cases& cases) {
  return [&cases](Runtime& runtime) {
    for (const auto& each : cases) {
      for (const auto& environment : each->environments) {
        runtime.register_orchestration(
            orchestration_name(*environment, environment->index),
            [environment = environment.get()](OrchestrationContext context, std::string input) {
              return interpret(context, environment, std::move(input));
            });
      }
    }
    for (int which = 0; which < 10; ++which) {
      runtime.register_activity("A" + std::to_string(which), [which](const std::string& input) {
        return activity(which, input);
      });
    }
  };
}

/// By instance.
using Results = std::map<std::string, std::string>;

std::unique_ptr<replay::Execution> execution_of(const Case& owner, const std::string& instance,
                                                std::uint64_t execution_id,
                                                const std::string& name) {
  const Environment* environment = owner.environments.at(0).get();
  for (const auto& each : owner.environments) {
    if (orchestration_name(*each, each->index) == name) {
      environment = each.get();
    }
  }
  replay::Assignment assignment{instance, execution_id, name, "1.0.0", nullptr};
  assignment.handler = std::make_shared<const OrchestrationHandler>(
      [environment](OrchestrationContext context, std::string input) {
        return interpret(context, environment, std::move(input));
      });
  replay::TurnServices services;
  services.now = [] { return Timestamp(); };
  services.new_guid = [] { return std::string("guid"); };
  return std::make_unique<replay::Execution>(std::move(assignment), std::move(services));
}

/// Of all instances, children and detached ones too; those may still be at work.
void check_histories(Scenario& s, const Cases& cases) {
  ManagementClient management(s.store());
  const auto instances = management.list_all_instances();
  REQUIRE(instances);
  for (const std::string& instance : *instances) {
    const auto executions = management.list_executions(instance);
    REQUIRE(executions);
    for (const std::uint64_t each : *executions) {
      const std::vector<Event> history = s.history(instance, each);
      if (history.size() < 2 ||
          std::holds_alternative<event::OrchestrationCancelRequested>(history[1].kind)) {
        continue;  // not begun, or cancelled together with its start
      }
      const std::string& name = std::get<event::OrchestrationStarted>(history.front().kind).name;
      const Case& owner = *cases.at(std::stoull(name) - cases.front()->seed);
      INFO("DUROXIDE_SEED=" << owner.seed << " " << instance << " execution " << each << "\n"
                            << to_text(history) << owner.program.to_text());
      CHECK(check_history(history, is_terminal(history.back().kind)) == "");
      CHECK(check_replays(history, instance, each,
                          [&] { return execution_of(owner, instance, each, name); }) == "");
    }
  }
}

Results run_all(const Cases& cases, Backend backend, std::size_t residency, int restarts) {
  Scenario s(backend, registrations(cases),
             RuntimeOptions().max_resident_instances(residency).history_warning(0));
  s.stop_runtime();
  for (const auto& each : cases) {
    s.start(each->instance, orchestration_name(*each->environments[0], 0), std::string("2"));
    const std::size_t waits = 3 * waits_in(each->program.orchestrations[0]);
    for (std::size_t i = 0; i < waits; ++i) {
      for (const char* name : {"E0", "E1", "E2"}) {
        s.raise(each->instance, name, std::string("e"));
      }
      for (const char* name : {"Q0", "Q1"}) {
        REQUIRE(s.client().enqueue_event(each->instance, name, std::string("e")));
      }
    }
  }
  s.start_runtime();
  Results results;
  std::size_t finished = 0;
  for (const auto& each : cases) {
    const OrchestrationStatus status = s.wait(each->instance);
    results[each->instance] = status.to_string();
    const std::size_t part = cases.size() / static_cast<std::size_t>(restarts + 1) + 1;
    if (++finished % part == 0) {
      s.restart();  // while the others are at work
    }
  }
  s.stop_runtime();
  check_histories(s, cases);
  return results;
}

void compare(const Cases& cases, const Results& expected, const Results& actual) {
  for (const auto& each : cases) {
    INFO("DUROXIDE_SEED=" << each->seed << "\n" << each->program.to_text());
    CHECK(actual.at(each->instance) == expected.at(each->instance));
  }
}

}  // namespace

TEST_CASE("random programs have one result, whatever happens to the runtime",
          "[property][replay][residency][restart]") {
  const Cases cases = make_cases();
  const Results expected = run_all(cases, Backend::memory, 10'000, 0);
  for (const Backend backend : {Backend::memory, Backend::lmdb}) {
    INFO("on " << (backend == Backend::memory ? "memory" : "LMDB"));
    compare(cases, expected, run_all(cases, backend, 0, 0));
    compare(cases, expected, run_all(cases, backend, 3, 3));
    compare(cases, expected, run_all(cases, backend, 10'000, 5));
  }
}
