// The calls of management as pending ones.

#include <catch2/catch.hpp>

#include <duroxide/async_management.hpp>
#include <duroxide/duroxide.hpp>

#include "client/pending_fixture.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::async_management_test {

using namespace duroxide::test;
using Kind = ClientError::Kind;
using Ids = std::vector<std::string>;

namespace {

struct World {
  Store store = MemoryProvider::create(MemoryOptions().log_sink({}));
  Client client{store};
  ManagementClient management = client.management().value();
  AsyncManagement async = management.async(CallOptions().timeout(std::chrono::minutes(5)));

  World() {
    REQUIRE(client.start_orchestration("a", "O"));
    REQUIRE(client.start_orchestration("b", "P"));
  }
};

}  // namespace

TEST_CASE("pending calls of management: listings", "[client][management][listing]") {
  World w;
  CHECK(w.async.list_instances().wait().value().size() == 2);
  CHECK(w.async.list_page(InstanceFilter(), 1).wait().value().instances.size() == 1);
  CHECK(w.async.count_instances().wait() == 2);
  CHECK(w.async.get_instance_counts().wait().value().running == 2);
  CHECK(w.async.list_all_instances().wait() == Ids{"a", "b"});
  CHECK(w.async.list_running_instances().wait() == Ids{"a", "b"});
  CHECK(w.async.list_completed_instances().wait().value().empty());
  CHECK(w.async.list_failed_instances().wait().value().empty());
  CHECK(w.async.list_cancelled_instances().wait().value().empty());
  CHECK(w.async.list_paused_instances().wait().value().empty());
  CHECK(w.async.list_instances_by_status("running").wait() == Ids{"a", "b"});
  const auto refused = w.async.list_instances_by_status("asleep").wait();
  CHECK(refused.error().kind == Kind::invalid_filter);
  CHECK(refused.error().message == w.management.list_instances_by_status("asleep").error().message);
  CHECK(w.async.find_instances_by_orchestration("P").wait().value().at(0).instance_id == "b");
  CHECK(w.async.find_running_instances().wait().value().size() == 2);
  CHECK(w.async.find_failed_instances().wait().value().empty());
}

TEST_CASE("pending calls of management: one instance", "[client][management][details]") {
  World w;
  CHECK(w.async.get_instance_info("a").wait().value().orchestration_name == "O");
  CHECK(w.async.get_instance_info("c").wait().error().kind == Kind::instance_not_found);
  CHECK(w.async.get_instance_details("a").wait().value().has_value());
  CHECK(w.async.get_instance_tree("a").wait().value().all_ids() == Ids{"a"});
  CHECK(w.async.list_executions("a").wait().value().size() == 1);
  CHECK(w.async.get_execution_info("a", 1).wait());
  CHECK(w.async.get_execution_info("a", 2).wait().error().kind == Kind::execution_not_found);
  CHECK(w.async.read_execution_history("a", 1).wait());
  CHECK(w.async.get_execution_history("a").wait());
  CHECK(w.async.list_pending_activities("a").wait().value().empty());
  CHECK(w.async.list_messages("a").wait().value().size() == 1);
  const auto statuses = w.async.get_bulk_status({"a", "c"}).wait().value();
  REQUIRE(statuses.size() == 2);
  CHECK(statuses[0].second.is_running());
  CHECK(statuses[1].second.is_not_found());
  CHECK(w.async.get_bulk_status({}).wait().value().empty());
  CHECK(w.async.get_bulk_status({""}).wait().error().kind == Kind::invalid_instance);
}

TEST_CASE("pending calls of management: the store", "[client][management][overview]") {
  World w;
  CHECK(w.async.list_quarantined().wait().value().empty());
  CHECK(w.async.list_stuck().wait());
  CHECK(w.async.get_queue_depths().wait().value() == w.async.get_queue_status().wait().value());
  CHECK(w.async.get_system_metrics().wait());
  CHECK(w.async.get_metrics().wait());
  CHECK(w.async.get_system_health().wait());
  CHECK(w.async.metrics().wait().value().size() == w.management.metrics().value().size());
  CHECK(w.async.verify().wait().value().is_clean());
  const testing::TempDir directory;
  CHECK(w.async.backup(directory.path() / "copy").wait());
}

TEST_CASE("pending calls of management: what changes an instance", "[client][management]") {
  World w;
  CHECK(w.async.pause(PauseScope::of_instance("a")).wait());
  CHECK(w.async.list_paused().wait().value().size() == 1);
  CHECK(w.async.resume(PauseScope::of_instance("a")).wait());
  CHECK(w.async.release_from_quarantine("a").wait());
  CHECK(w.async.prune_executions("a", PruneOptions()).wait().error().kind == Kind::invalid_input);
  CHECK(w.async.drop_message("a", 99).wait().error().kind == Kind::invalid_input);
  const auto json = w.async.export_instance("a").wait().value();
  CHECK(w.async.import_instance(json, "d").wait());
  CHECK(w.async.terminate_instance("a").wait());
  CHECK(w.async.rewind_instance("b").wait().error().kind == Kind::invalid_input);
  CHECK(w.async.fork_instance("c", "e").wait().error().kind == Kind::instance_not_found);
}

TEST_CASE("pending calls of management answer at once where a store has none",
          "[client][management]") {
  PendingFixture f;
  const ManagementClient management(f.store);
  CHECK(management.async().list_instances().wait().error().kind == Kind::management_not_available);
  CHECK(management.async().verify().wait().error().kind == Kind::management_not_available);
  CHECK(management.async().get_bulk_status({"a", "b"}).wait().error().kind ==
        Kind::management_not_available);
}

TEST_CASE("pending calls of management are taken back", "[client][management][cancellation]") {
  DeterministicSystem system;
  ScriptedProvider provider(system);
  ScriptedManagement management(system);
  const auto clock = std::make_shared<ManualClock>();
  const auto store = make_store(system.handle(), clock, provider.actor(), management.actor());
  {
    const ManagementClient client(store);
    auto look = client.async().list_paused();
    auto change = client.async().pause(PauseScope::of_store());
    auto timed = client.async(CallOptions().timeout(std::chrono::seconds(1))).get_queue_depths();
    system.run();
    look.cancel();
    change.cancel();
    clock->advance(std::chrono::seconds(1));
    system.run();
    CHECK(look.wait().error().message == "the call was cancelled; nothing was changed by it");
    CHECK_THAT(change.wait().error().message, Catch::Contains("may be done or not"));
    CHECK(timed.wait().error().kind == Kind::timeout);
  }
  provider.end();
  management.end();
}

}  // namespace duroxide::async_management_test
