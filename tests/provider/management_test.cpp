// Listing and inspecting instances.

#include <algorithm>

#include <catch2/catch.hpp>

#include "provider/world.hpp"

namespace duroxide::management_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;

namespace {

std::vector<std::string> ids(World& world, const InstanceFilter& filter) {
  const auto rows =
      world.manage<Answer<std::vector<InstanceSummary>>>(management::ListInstances{filter});
  std::vector<std::string> found;
  for (const auto& row : rows.value()) {
    found.push_back(row.instance_id);
  }
  return found;
}

/// Ten instances, one a second: even ones are `Even`, i2 has completed, i3 failed, and i4 has the
/// children i8 and i9.
void populate(World& world) {
  for (int i = 0; i < 8; ++i) {
    world.start("i" + std::to_string(i), i % 2 == 0 ? "Even" : "Odd");
    world.clock->advance(1s);
  }
  for (const auto& item : world.fetch(8)) {
    if (item.instance == "i2") {
      world.ack(complete_of(item)).value();
    } else if (item.instance == "i3") {
      world.ack(fail_of(item)).value();
    } else {
      auto ack = ack_of(item);
      if (item.instance == "i4") {
        ack.orchestrator_items = {start_item("i8", "Even", ParentLink{"i4", 1, 2}),
                                  start_item("i9", "Odd", ParentLink{"i4", 1, 3})};
      }
      world.ack(ack).value();
    }
  }
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("instances are listed in order of creation", "[management][listing]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  CHECK(ids(world, {}).empty());
  const auto t0 = world.clock->now();
  populate(world);
  InstanceFilter filter;
  CHECK(ids(world, filter) == Ids{"i0", "i1", "i2", "i3", "i4", "i5", "i6", "i7", "i8", "i9"});

  SECTION("by status") {
    filter.status = {ExecutionStatus::completed};
    CHECK(ids(world, filter) == Ids{"i2"});
    filter.status = {ExecutionStatus::failed, ExecutionStatus::completed};
    CHECK(ids(world, filter) == Ids{"i2", "i3"});
    filter.status = {ExecutionStatus::running, ExecutionStatus::failed};
    CHECK(ids(world, filter) == Ids{"i0", "i1", "i3", "i4", "i5", "i6", "i7", "i8", "i9"});
    filter.status = {ExecutionStatus::continued_as_new};
    CHECK(ids(world, filter).empty());
    filter.status = std::vector<ExecutionStatus>{};
    CHECK(ids(world, filter).empty());
  }
  SECTION("by name") {
    filter.orchestration_name = "Even";
    CHECK(ids(world, filter) == Ids{"i0", "i2", "i4", "i6", "i8"});
    filter.status = {ExecutionStatus::running};
    CHECK(ids(world, filter) == Ids{"i0", "i4", "i6", "i8"});
    filter.offset = 1;
    filter.limit = 2;
    CHECK(ids(world, filter) == Ids{"i4", "i6"});
    filter.orchestration_name = "Eve";
    CHECK(ids(world, filter).empty());
  }
  SECTION("by parent") {
    filter.parent_instance = "i4";
    CHECK(ids(world, filter) == Ids{"i8", "i9"});
    filter.orchestration_name = "Odd";
    CHECK(ids(world, filter) == Ids{"i9"});
    filter.parent_instance = "unknown";
    CHECK(ids(world, filter).empty());
  }
  SECTION("by time") {
    filter.created_after = t0 + 2s;
    filter.created_before = t0 + 5s;
    CHECK(ids(world, filter) == Ids{"i2", "i3", "i4"});
    filter.orchestration_name = "Odd";
    CHECK(ids(world, filter) == Ids{"i3"});
    filter.created_before = t0;
    CHECK(ids(world, filter).empty());
    filter.created_after = t0 + 1h;
    filter.created_before = {};
    CHECK(ids(world, filter).empty());
  }
  SECTION("by page") {
    filter.limit = 3;
    CHECK(ids(world, filter) == Ids{"i0", "i1", "i2"});
    filter.offset = 8;
    CHECK(ids(world, filter) == Ids{"i8", "i9"});
    filter.offset = 10;
    CHECK(ids(world, filter).empty());
    filter.offset = {};
    filter.limit = 0;
    CHECK(ids(world, filter).empty());
  }
}

TEST_CASE("a listing is longer than one snapshot", "[management][listing]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  for (int i = 0; i < 4500; ++i) {
    (void)world.client->ask<Done>(
        EnqueueOrchestratorWork{start_item("i" + std::to_string(i)), {}, false});
  }
  world.run();
  const auto all = ids(world, {});
  REQUIRE(all.size() == 4500);
  CHECK(all.front() == "i0");
  CHECK(all.back() == "i4499");
}

TEST_CASE("a summary tells what is known", "[management][status][children]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  populate(world);
  const auto rows =
      world.manage<Answer<std::vector<InstanceSummary>>>(management::ListInstances{}).value();
  CHECK(rows.at(2).status == ExecutionStatus::completed);
  CHECK(rows.at(2).version == "1.0.0");
  CHECK(rows.at(2).execution_count == 1);
  CHECK(rows.at(2).updated_at > rows.at(2).created_at);
  CHECK(rows.at(8).parent_instance == "i4");
  CHECK(rows.at(8).parent_id == 2);
  CHECK_FALSE(rows.at(0).parent_instance);
}

TEST_CASE("an instance can be inspected", "[management][details]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto created = world.clock->now();
  world.start("a", "Greet");
  world.clock->advance(2s);
  world.ack(ack_of(world.fetch_one(), {started_event(), scheduled_event(2)})).value();
  const auto info = world.manage<Answer<InstanceInfo>>(management::GetInstanceInfo{"a"}).value();
  CHECK(info.instance_id == "a");
  CHECK(info.orchestration_name == "Greet");
  CHECK(info.orchestration_version == "1.0.0");
  CHECK(info.current_execution_id == 1);
  CHECK(info.status.is_running());
  CHECK(info.created_at == created);
  CHECK(info.updated_at == created + 2s);
  CHECK(info.event_count == 2);
  CHECK_FALSE(info.waiting_for);

  const auto unknown = world.manage<Answer<InstanceInfo>>(management::GetInstanceInfo{"b"});
  CHECK(unknown.error().kind == Kind::instance_not_found);
  CHECK(unknown.error().operation == "get_instance_info");
  CHECK(world.manage<Answer<std::vector<std::uint64_t>>>(management::ListExecutions{"b"})
            .error()
            .kind == Kind::instance_not_found);
}

TEST_CASE("what an instance waits for is shown until the next delivery", "[management][details]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto waiting_for = [&] {
    return world.manage<Answer<InstanceInfo>>(management::GetInstanceInfo{"a"}).value().waiting_for;
  };
  world.start("a");
  auto item = world.fetch_one();
  world
      .ask<Done>(*world.dispatcher,
                 AbandonOrchestrationItem{item.lock_token, {}, true, "registration of Test", {}})
      .value();
  CHECK(waiting_for() == "registration of Test");
  item = world.fetch_one();
  CHECK_FALSE(waiting_for());

  auto ack = ack_of(item);
  ack.worker_items = {activity(item, 2)};
  world.ack(ack).value();
  const auto work = world.fetch_work().at(0);
  world
      .ask<Done>(*world.worker, AbandonWorker{work.lock_token, 5s, true, "registration of Act", {}})
      .value();
  CHECK(waiting_for() == "registration of Act");
  world.raise("a", "End");
  world.ack(complete_of(world.fetch_one())).value();
  CHECK_FALSE(waiting_for());
}

TEST_CASE("queue depths count what is not done", "[management][overview]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto depths = [&] {
    return world.manage<Answer<QueueDepths>>(management::GetQueueDepths{}).value();
  };
  CHECK(depths() == QueueDepths{});
  world.start("a");
  world.enqueue(start_item("b"), 1h).value();
  CHECK(depths() == QueueDepths{1, 0, 1});
  const auto item = world.fetch_one();
  CHECK(depths() == QueueDepths{1, 0, 1});
  auto ack = ack_of(item);
  ack.worker_items = {activity(item, 2), activity(item, 3)};
  world.ack(ack).value();
  (void)world.fetch_work();
  CHECK(depths() == QueueDepths{0, 2, 1});
}

}  // namespace duroxide::management_test
