// Whatever the language offers gives the same history three ways: in memory all the time, rebuilt at
// every turn, and with the runtime restarted again and again while the instance runs. That it also
// does when the runtime is restarted after every single turn is in turn_by_turn_test.cpp.

#include <map>

#include "scenario.hpp"
#include "whole_language.hpp"

namespace duroxide::three_ways_test {

using namespace duroxide::scenario;

namespace {

enum class Way { resident, rebuilt, restarted };

struct Run {
  OrchestrationStatus status;
  std::map<std::string, std::vector<Event>> histories;  ///< by instance and execution
};

Run run(Way way, Backend backend, const std::string& orchestration) {
  RuntimeOptions options;
  options.worker_tags(TagFilter::any()).log_sink([](const LogRecord&) {});
  if (way == Way::rebuilt) {
    options.max_resident_instances(0);
  }
  const auto flaky = make_flaky();
  const auto registrations = [flaky](Runtime& runtime) { register_whole_language(runtime, flaky); };
  Scenario scenario(backend, registrations, options);
  start_one(scenario.client(), orchestration);
  while (way == Way::restarted && scenario.client().get_status("i").value().is_running()) {
    scenario.restart();
    // Long enough for a turn or a few; how many makes no difference.
    (void)scenario.client().wait_for_completion("i", 3ms);
  }
  Run result{scenario.wait("i"), {}};
  ManagementClient management(scenario.store());
  const auto instances = management.list_all_instances().value();
  for (const std::string& instance : instances) {
    (void)scenario.wait(instance);
    const auto executions = management.list_executions(instance).value();
    for (const auto execution : executions) {
      result.histories[instance + " " + std::to_string(execution)] =
          comparable(scenario.history(instance, execution));
    }
  }
  return result;
}

}  // namespace

TEST_CASE("the whole language, resident, rebuilt and restarted: the same result and history",
          "[replay][residency][restart]") {
  const auto backend = EVERY_BACKEND;
  const std::string orchestration =
      GENERATE(as<std::string>(), "Retries", "CleansUp", "Undoes", "State", "Family", "Labelled");
  CAPTURE(orchestration);
  const Run resident = run(Way::resident, backend, orchestration);
  CHECK(resident.status.to_string() == whole_language().at(orchestration));
  for (const Way way : {Way::rebuilt, Way::restarted}) {
    CAPTURE(static_cast<int>(way));
    const Run other = run(way, backend, orchestration);
    CHECK(other.status == resident.status);
    REQUIRE(other.histories.size() == resident.histories.size());
    for (const auto& [name, history] : resident.histories) {
      CAPTURE(name);
      CHECK(other.histories.at(name) == history);
    }
  }
}

}  // namespace duroxide::three_ways_test
