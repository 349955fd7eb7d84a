// What was answered before the server crashed.

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>
#include <duroxide/postgres_provider.hpp>

#include "postgres/server.hpp"

namespace duroxide::server_crash_test {

using namespace std::chrono_literals;
using postgres_test::Ending;
using postgres_test::PostgresServer;

namespace {

Task<std::string> hello(OrchestrationContext context, std::string name) {
  std::string greeting = co_await context.schedule_activity<std::string>("Greet", name);
  co_return greeting;
}

}  // namespace

TEST_CASE("a start that was answered is not lost when the server crashes",
          "[postgres][commit_timing][starts]") {
  PostgresServer server;
  const auto options = PostgresOptions().schema("crash").log_sink({});
  const Store store = PostgresProvider::connect(server.address(), options).value();
  Runtime runtime{store};
  runtime.register_orchestration("Hello", hello).register_activity("Greet", [](std::string name) {
    return "hello " + name;
  });
  REQUIRE(runtime.start());
  Client client(store);
  std::vector<std::string> started;
  for (int crash = 0; crash < 3; ++crash) {
    for (int i = 0; i < 5; ++i) {
      std::string id = "hello-" + std::to_string(crash) + "-" + std::to_string(i);
      if (client.start_orchestration(id, "Hello", id)) {
        started.push_back(std::move(id));
      }
    }
    server.restart(Ending::immediate);
  }
  CHECK(started.size() == 15);
  for (const std::string& id : started) {
    CAPTURE(id);
    const auto status = client.wait_for_completion(id, 120s);
    REQUIRE(status);
    CHECK(status->output_as<std::string>() == "hello " + id);
  }
  const auto report = ManagementClient(store).verify();
  REQUIRE(report);
  CHECK(report->is_clean());
}

}  // namespace duroxide::server_crash_test
