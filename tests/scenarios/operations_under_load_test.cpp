// Everything an operator does to a store, while a load runs on it: nothing is lost, nothing is torn.

#include <algorithm>
#include <thread>

#include "scenario.hpp"

namespace duroxide::operations_under_load_test {

using namespace duroxide::scenario;

namespace {

constexpr int waves = 6;
constexpr int instances_of_a_wave = 40;

/// Three executions, each with a chain, a fan-out, a timer and a child; the last waits for an event.
Task<int> load(OrchestrationContext context, int sum) {
  sum += co_await context.schedule_activity<int>("One");
  std::vector<DurableFuture<int>> ones;
  for (int i = 0; i < 3; ++i) {
    ones.push_back(context.schedule_activity<int>("One"));
  }
  auto all = when_all(std::move(ones));
  for (const int one : co_await std::move(all)) {
    sum += one;
  }
  co_await context.schedule_timer(1ms);
  sum += co_await context.schedule_sub_orchestration<int>("Small", 1);
  if (context.execution_id() < 3) {
    co_await context.continue_as_new(sum);
  }
  co_await context.wait_for_external_event("End");
  co_return sum;
}

Task<int> small(OrchestrationContext context, int number) {
  const int one = co_await context.schedule_activity<int>("One");
  co_return number* one;
}

template <class Result>
void require_ok(const Result& result) {
  if (!result) {
    FAIL(result.error().to_string());
  }
}

void register_all(Runtime& runtime) {
  runtime.register_orchestration("Load", load)
      .register_orchestration("Small", small)
      .register_activity("One", [] { return 1; });
}

std::string name_of(int wave, int i) {
  return "load-" + std::to_string(wave) + "-" + std::to_string(i);
}

/// Each instance is ended by its event, which is raised at once and kept until it is waited for.
void start_wave(Client& client, int wave) {
  for (int i = 0; i < instances_of_a_wave; ++i) {
    require_ok(client.start_orchestration(name_of(wave, i), "Load", 0));
    require_ok(client.raise_event(name_of(wave, i), "End"));
  }
}

std::vector<std::string> problems_of(const VerifyReport& report) {
  std::vector<std::string> problems;
  for (const StoreProblem& problem : report.problems) {
    problems.push_back(problem.table + " " + problem.key + " " + problem.instance_id + ": " +
                       problem.what);
  }
  return problems;
}

void check_clean(const ManagementClient& management) {
  const auto report = management.verify();
  require_ok(report);
  CHECK(problems_of(*report).empty());
  CHECK(report->is_clean());
}

/// What an operator may do in one round; gives the instances that it made.
std::vector<std::string> operate(const ManagementClient& management, int round,
                                 const std::filesystem::path& backups) {
  const auto suffix = "-" + std::to_string(round);
  require_ok(management.backup(backups / ("copy" + suffix)));
  require_ok(management.prune_instances({}, {1, std::nullopt}));
  std::vector<std::string> made;
  for (int i = 0; i < 5; ++i) {
    const std::string source = name_of(round, i);
    require_ok(management.fork_instance(source, source + "-fork"));
    made.push_back(source + "-fork");
    const auto exported = management.export_instance(source);
    require_ok(exported);
    require_ok(management.import_instance(*exported, source + "-import"));
    made.push_back(source + "-import");
  }
  check_clean(management);
  return made;
}

/// Waits for every load instance; all come to the same.
void check_all_complete(const Client& client, const ManagementClient& management) {
  InstanceFilter loads;
  loads.orchestration_name = "Load";
  const auto instances = management.list_instances(loads);
  require_ok(instances);
  for (const InstanceSummary& each : *instances) {
    CAPTURE(each.instance_id);
    const auto status = client.wait_for_completion(each.instance_id, ample);
    require_ok(status);
    CHECK(status->output() == "15");
  }
}

}  // namespace

TEST_CASE("a store is backed up, pruned, forked, exported, imported and verified under load",
          "[backup][prune][restore][verify]") {
  const TempDir backups;
  Scenario scenario(backends().back(), register_all);  // one on disk
  Client& client = scenario.client();
  const ManagementClient management(scenario.store());
  std::vector<std::string> made;
  start_wave(client, 0);
  for (int wave = 0; wave < waves; ++wave) {
    // The next wave starts while the operator is at work on this one.
    std::thread starting([&client, wave] {
      for (int i = 0; i < instances_of_a_wave && wave + 1 < waves; ++i) {
        (void)client.start_orchestration(name_of(wave + 1, i), "Load", 0);
        (void)client.raise_event(name_of(wave + 1, i), "End");
      }
    });
    for (const std::string& instance : operate(management, wave, backups.path())) {
      made.push_back(instance);
    }
    starting.join();
  }
  for (const std::string& instance : made) {
    // What was forked or imported when the original had not got its event yet, waits for its own.
    const auto raised = client.raise_event(instance, "End");
    CHECK((raised || raised.error().kind == ClientError::Kind::instance_finished));
  }
  check_all_complete(client, management);
  InstanceFilter loads;
  loads.orchestration_name = "Load";
  CHECK(management.count_instances(loads) ==
        static_cast<std::uint64_t>(waves * instances_of_a_wave) + made.size());
  check_clean(management);

  // Every copy is whole, and what ran at its moment goes on from there.
  for (int wave = 0; wave < waves; ++wave) {
    CAPTURE(wave);
    const auto copy = LmdbProvider::open(backups.path() / ("copy-" + std::to_string(wave)),
                                         LmdbOptions().durability(Durability::none));
    require_ok(copy);
    const ManagementClient copied(*copy);
    check_clean(copied);
    Runtime runtime(*copy);
    register_all(runtime);
    require_ok(runtime.start());
    Client copy_client(*copy);
    InstanceFilter waiting;
    waiting.orchestration_name = "Load";
    waiting.status = {ExecutionStatus::running};
    const auto running = copied.list_instances(waiting);
    require_ok(running);
    for (const InstanceSummary& each : *running) {
      (void)copy_client.raise_event(each.instance_id, "End");
    }
    check_all_complete(copy_client, copied);
    check_clean(copied);
  }
}

}  // namespace duroxide::operations_under_load_test
