// A store is checked and copied while a load runs on it, and the copy takes the load to its end.

#include <string>
#include <vector>

#include "scenario.hpp"

namespace duroxide::maintenance_test {

using namespace duroxide::scenario;

namespace {

constexpr int instances = 60;
constexpr int executions = 4;

Task<int> child(OrchestrationContext context, int input) {
  const int sum = co_await context.schedule_activity<int>("AddOne", input);
  co_await context.schedule_timer(1ms);
  co_return sum;
}

/// Activities, timers and a child in each of several executions.
Task<int> load(OrchestrationContext context, int sum) {
  constexpr int activities = 3;
  for (int i = 0; i < activities; ++i) {
    sum = co_await context.schedule_activity<int>("AddOne", sum);
    context.set_custom_status(std::to_string(sum));
  }
  co_await context.schedule_timer(2ms);
  sum = co_await context.schedule_sub_orchestration<int>("Child", sum);
  if (context.execution_id() < executions) {
    co_await context.continue_as_new(sum);
  }
  co_return sum;
}

void registrations(Runtime& runtime) {
  runtime.register_orchestration("Load", load)
      .register_orchestration("Child", child)
      .register_activity("AddOne", [](int value) { return value + 1; });
}

std::string id_of(int number) {
  return "load-" + std::to_string(number);
}

void check_all_completed(Client& client) {
  for (int i = 0; i < instances; ++i) {
    const auto status = client.wait_for_completion(id_of(i), ample);
    REQUIRE(status);
    CHECK(status->output() == std::to_string(4 * executions));
  }
}

}  // namespace

TEST_CASE("a load runs while its store is checked and copied, and its copy completes it",
          "[backup][verify]") {
  Scenario s(EVERY_BACKEND, registrations);
  const ManagementClient management(s.store());
  TempDir copies;
  for (int i = 0; i < instances; ++i) {
    s.start(id_of(i), "Load", 0);
  }
  std::vector<std::filesystem::path> made;
  bool is_running = true;
  while (is_running) {
    s.check_sound();
    made.push_back(copies.path() / std::to_string(made.size()));
    const auto written = management.backup(made.back());
    REQUIRE(written);
    CHECK(written->records > 0);
    is_running = !s.client().get_orchestration_status(id_of(instances - 1)).value().is_terminal();
  }
  check_all_completed(s.client());

  for (const auto& directory : {made.front(), made.back()}) {
    const auto copy =
        LmdbProvider::open(directory, LmdbOptions().durability(Durability::none)).value();
    Client client(copy);
    {
      Runtime runtime(copy);
      registrations(runtime);
      REQUIRE(runtime.start());
      check_all_completed(client);
    }
    CHECK(ManagementClient(copy).verify().value().is_clean());
  }
}

}  // namespace duroxide::maintenance_test
