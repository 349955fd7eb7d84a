// Every usage snippet of the three documents that this library began from, in C++, in their order and
// with their names. Deterministic: no thread, and time is what the test says.

#include <catch2/catch.hpp>

#include <sstream>

#include <duroxide/duroxide.hpp>
#include <duroxide/provider.hpp>

#include "support/deterministic_system.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::seed_snippets_test {

using namespace std::chrono_literals;

namespace {

/// 003, "Runtime Usage".
Task<std::string> process_order(OrchestrationContext ctx, std::string input) {
  auto payment_result = co_await ctx.schedule_activity("ProcessPayment", input);
  auto inventory_result = co_await ctx.schedule_activity("ReserveInventory", input);
  auto shipping_info = co_await ctx.wait_for_external_event("PaymentReceived");
  auto completion_result = co_await ctx.schedule_activity("CompleteOrder", shipping_info);
  co_return completion_result;
}

/// 003, "Combined Usage".
Task<std::string> hello_world(OrchestrationContext ctx, std::string input) {
  auto result = co_await ctx.schedule_activity("SayHello", input);
  co_return result;
}

/// `let store = Arc::new(SqliteProvider::new("sqlite:./data.db").await?)`, and a runtime beside it as
/// in 003: the client and the runtime meet in the store and nowhere else.
struct Shop {
  Shop() {
    runtime.register_orchestration("ProcessOrder", process_order)
        .register_versioned("ProcessOrder", "2.0.0", process_order)
        .register_orchestration("HelloWorld", hello_world)
        .register_activity("ProcessPayment",
                           [](const std::string&) { return R"({"status": "paid"})"; })
        .register_activity("ReserveInventory",
                           [](const std::string&) { return R"({"status": "reserved"})"; })
        .register_activity("CompleteOrder",
                           [](const std::string&) { return R"({"status": "completed"})"; })
        .register_activity("SayHello",
                           [](const std::string& input) { return "Hello, " + input + "!"; });
  }
  void start() { REQUIRE(runtime.start()); }

  test::DeterministicSystem system;
  testing::TempDir directory;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Store store =
      LmdbProvider::open(
          directory.path(),
          LmdbOptions().durability(Durability::none).clock(clock).actor_system(system.handle()))
          .value();
  DuroxideRuntime runtime{store};
};

}  // namespace

TEST_CASE("snippets of 000: RuntimeClient, the control plane", "[client]") {
  Shop shop;
  shop.start();
  RuntimeClient client(shop.store);

  REQUIRE(client.start_orchestration("order-123", "ProcessOrder", R"({"order": 123})"));
  shop.system.run();
  const OrchestrationStatus before = client.get_status("order-123").value();
  std::ostringstream out;
  if (before.is_running()) {
    out << "Still processing\n";
  } else if (before.is_completed()) {
    out << "Done: " << before.output() << "\n";
  }
  CHECK(out.str() == "Still processing\n");
  REQUIRE(client.raise_event("order-123", "PaymentReceived", R"({"amount": 100})"));

  const Result<OrchestrationStatus, WaitError> result =
      client.wait_for_completion("order-123", 30s);
  CHECK(result->output() == R"({"status": "completed"})");
  CHECK(client.wait_for_orchestration("order-123", 30s).value() == result.value());
  CHECK(client.get_orchestration_status("order-123").value() == result.value());
  CHECK(client.cancel_instance("order-123", "too late").error().kind ==
        ClientError::Kind::instance_finished);
}

TEST_CASE("snippets of 000: a wait that takes too long gives a WaitError", "[client][waits]") {
  Shop shop;
  RuntimeClient client(shop.store);
  REQUIRE(client.start_orchestration("order-1", "ProcessOrder", "{}"));
  const Result<OrchestrationStatus, WaitError> waited =
      client.wait_for_orchestration("order-1", 0s);
  REQUIRE_FALSE(waited);
  CHECK(waited.error().kind == WaitError::Kind::timeout);
}

TEST_CASE("snippets of 000: ManagementClient, observability", "[client][management]") {
  Shop shop;
  shop.start();
  RuntimeClient runtime_client(shop.store);
  REQUIRE(runtime_client.start_orchestration("order-1", "ProcessOrder", "{}"));
  REQUIRE(runtime_client.start_orchestration("order-123", "HelloWorld", "World"));
  shop.system.run();

  const ManagementClient mgmt(shop.store);
  std::ostringstream out;
  const auto instances = mgmt.list_all_instances().value();
  for (const std::string& instance : instances) {
    const auto info = mgmt.get_instance_info(instance).value();
    out << instance << ": " << info.orchestration_name << " (" << to_string(info.status) << ")\n";
  }
  const auto executions = mgmt.list_executions("order-123").value();
  for (const std::uint64_t exec_id : executions) {
    const auto info = mgmt.get_execution_info("order-123", exec_id).value();
    out << "Execution " << exec_id << ": " << info.event_count
        << " events, status: " << to_string(info.status) << "\n";
  }
  const auto metrics = mgmt.get_system_metrics().value();
  out << "Running: " << metrics.running_instances << ", Completed: " << metrics.completed_instances
      << ", Failed: " << metrics.failed_instances << "\n";
  const auto queues = mgmt.get_queue_depths().value();
  out << "Backlog - Orch: " << queues.orchestrator_queue << ", Worker: " << queues.worker_queue
      << ", Timer: " << queues.timer_queue << "\n";
  CHECK(out.str() ==
        "order-1: ProcessOrder (Running)\n"
        "order-123: HelloWorld (Completed)\n"
        "Execution 1: 4 events, status: Completed\n"
        "Running: 1, Completed: 1, Failed: 0\n"
        "Backlog - Orch: 0, Worker: 0, Timer: 0\n");

  CHECK(mgmt.get_metrics().value().completed_instances == 1);
  CHECK(mgmt.get_queue_status() == queues);
  CHECK(mgmt.list_running_instances() == std::vector<std::string>{"order-1"});
  CHECK(mgmt.list_completed_instances() == std::vector<std::string>{"order-123"});
  CHECK(mgmt.list_failed_instances().value().empty());
  CHECK(mgmt.list_instances_by_status("Running") == std::vector<std::string>{"order-1"});
  CHECK(mgmt.read_execution_history("order-123", 1).value().size() == 4);
  CHECK(mgmt.get_system_health().value().running_instances == 1);
}

TEST_CASE("snippets of 000: each client leads to the other", "[client][management]") {
  Shop shop;
  RuntimeClient client(shop.store);
  const auto mgmt = client.management();
  REQUIRE(mgmt);
  RuntimeClient control = mgmt->runtime(shop.store);
  REQUIRE(control.start_orchestration("order-1", "ProcessOrder", "{}"));
  CHECK(mgmt->list_all_instances() == std::vector<std::string>{"order-1"});
  CHECK(control.has_management_capability());
  CHECK(control.list_all_instances().value() == mgmt->list_all_instances().value());
  CHECK(mgmt->runtime().get_status("order-1").value().is_running());

  const Store other =
      MemoryProvider::create(MemoryOptions().clock(shop.clock).actor_system(shop.system.handle()));
  RuntimeClient of_other = mgmt->runtime(other);
  REQUIRE(of_other.start_orchestration("elsewhere", "ProcessOrder", "{}"));
  CHECK(mgmt->list_all_instances() == std::vector<std::string>{"order-1"});
  CHECK(ManagementClient(other).list_all_instances() == std::vector<std::string>{"elsewhere"});
}

TEST_CASE("snippets of 003: client usage", "[client][management]") {
  Shop shop;
  shop.start();
  Client client(shop.store);

  REQUIRE(client.start_orchestration("order-1", "ProcessOrder", R"({"order_id": 123})"));
  REQUIRE(client.start_orchestration("order-2", "ProcessOrder", R"({"order_id": 124})"));
  REQUIRE(client.start_orchestration("order-3", "ProcessOrder", R"({"order_id": 125})",
                                     StartOptions().version("2.0.0").delay(5000ms)));
  REQUIRE(client.raise_event("order-1", "PaymentReceived", R"({"amount": 100})"));
  REQUIRE(client.cancel_orchestration("order-2"));

  shop.system.run();
  CHECK(client.get_instance_info("order-3").value().orchestration_version.empty());  // not begun

  const auto status = client.wait_for_completion("order-1", 30'000ms).value();
  CHECK(status.to_string() == R"(Completed: {"status": "completed"})");

  std::ostringstream out;
  const auto health = client.get_system_health().value();
  out << "System health: " << health.health_score << "/100\n";
  const auto running = client.find_running_instances().value();
  out << "Running instances: " << running.size() << "\n";
  const auto order_instances = client.find_instances_by_orchestration("ProcessOrder").value();
  for (const InstanceSummary& instance : order_instances) {
    out << instance.instance_id << ": " << instance.orchestration_name << " ("
        << to_string(instance.status) << ")\n";
    if (const auto details = client.get_instance_details(instance.instance_id).value()) {
      if (const auto& current = details->current_execution) {
        out << "  - " << current->pending_activities.size() << " pending activities\n";
      }
    }
  }
  CHECK(out.str() ==
        "System health: 100/100\n"
        "Running instances: 1\n"
        "order-1: ProcessOrder (Completed)\n"
        "order-2: ProcessOrder (Cancelled)\n"
        "order-3: ProcessOrder (Running)\n"
        "  - 0 pending activities\n");
  shop.clock->advance(5000ms);
  shop.system.run();
  CHECK(client.get_instance_info("order-3").value().orchestration_version == "2.0.0");
}

TEST_CASE("snippets of 003: the other calls of the client", "[client]") {
  Shop shop;
  Client client(shop.store);
  REQUIRE(client.start_orchestration_versioned("order-1", "ProcessOrder", "{}", "1.0.0"));
  REQUIRE(client.schedule_orchestration("order-2", "ProcessOrder", "{}", 5000ms));
  CHECK(client.get_queue_depths() == QueueDepths{1, 0, 1});
  shop.start();
  shop.system.run();
  CHECK(client.get_instance_info("order-1").value().orchestration_version == "1.0.0");
  shop.clock->advance(5s);
  shop.system.run();
  CHECK(client.get_instance_info("order-2").value().orchestration_version == "2.0.0");

  REQUIRE(client.cancel_orchestration("order-2"));
  shop.system.run();
  InstanceFilter filter;
  filter.status = {OrchestrationStatus::Running{}};
  CHECK(client.list_instances(filter).value().at(0).instance_id == "order-1");
  filter.status = {OrchestrationStatus::Failed{}};  // whatever the error; a cancelled one is none
  CHECK(client.list_instances(filter).value().empty());
  CHECK(client.find_failed_instances(std::nullopt).value().empty());
  CHECK(client.get_execution_history("order-1", std::nullopt).value() ==
        client.get_execution_history("order-1", 1).value());
  const auto bulk = client.get_bulk_status({"order-1", "order-2", "order-4"}).value();
  CHECK(bulk.at(0).second.is_running());
  CHECK(bulk.at(1).second.is_cancelled());
  CHECK(bulk.at(2).second.is_not_found());
}

TEST_CASE("snippets of 003: runtime usage and combined usage", "[client][registration]") {
  Shop shop;
  REQUIRE(shop.runtime.start());
  CHECK(shop.runtime.is_running());
  Client client(shop.store);
  REQUIRE(client.start_orchestration("hello-1", "HelloWorld", "World"));
  const auto status = client.wait_for_completion("hello-1", 5000ms).value();
  CHECK(status.output() == "Hello, World!");
  shop.runtime.stop();
  CHECK_FALSE(shop.runtime.is_running());
}

TEST_CASE("snippets of 004: basic and rich clients, and the builder", "[client][management]") {
  Shop shop;
  const Store& store = shop.store;
  const auto refused = [](const auto& answer) {
    return !answer && answer.error().kind == ClientError::Kind::management_not_available &&
           answer.error().message.find("management features not available") == 0;
  };

  auto basic = ClientBuilder().with_provider(store).build().value();
  REQUIRE(basic.start_orchestration("order-1", "ProcessOrder", "{}"));
  CHECK(basic.get_status("order-1").value().is_running());
  CHECK_FALSE(basic.has_management_capability());
  CHECK(refused(basic.list_all_instances()));
  CHECK(refused(basic.get_system_metrics()));

  const auto rich = ClientBuilder().with_provider(store).with_management(store).build().value();
  CHECK(rich.list_all_instances() == std::vector<std::string>{"order-1"});
  CHECK(ClientBuilder().with_management(store).build().error().kind ==
        ClientError::Kind::invalid_input);

  for (const Client& client :
       {Client(store), Client::with_management(store, store), Client::from_lmdb_provider(store),
        Client::from_provider_with_management(store)}) {
    CHECK(client.has_management_capability());
    CHECK(client.list_all_instances() == std::vector<std::string>{"order-1"});
    CHECK(client.get_system_metrics().value().running_instances == 1);
    CHECK(client.get_metrics().value().total_instances == 1);
    CHECK(client.list_instances_by_status("Running") == std::vector<std::string>{"order-1"});
    CHECK(client.get_instance_info("order-1").value().orchestration_name == "ProcessOrder");
    CHECK(client.list_executions("order-1") == std::vector<std::uint64_t>{1});
    CHECK(client.get_execution_info("order-1", 1).value().status == ExecutionStatus::running);
    CHECK(client.read_execution_history("order-1", 1).value().empty());
    CHECK(client.get_queue_depths().value().orchestrator_queue == 1);
    CHECK(client.get_queue_status().value().orchestrator_queue == 1);
    CHECK(client.list_running_instances().value().size() == 1);
    CHECK(client.list_completed_instances().value().empty());
    CHECK(client.list_failed_instances().value().empty());
    CHECK(client.list_cancelled_instances().value().empty());
    CHECK(client.list_paused_instances().value().empty());
  }
}

}  // namespace duroxide::seed_snippets_test
