// Every method and field of the management side of the seeds, on both stores and over a remote one, against
// instances whose whole story the test knows.

#include "client/seeds_fixture.hpp"

namespace duroxide::seeds_test {

using Kind = ClientError::Kind;

namespace {

using Ids = std::vector<std::string>;

}  // namespace

#define EVERY_STORE GENERATE(Backend::memory, Backend::lmdb, Backend::remote)

TEST_CASE("seeds: every field of InstanceFilter restricts the listing",
          "[client][management][listing]") {
  World world(EVERY_STORE);
  const Ids all{"pair", world.child_id, "twice", "bad", "waits"};
  InstanceFilter filter;
  CHECK(world.ids(filter) == all);
  filter.status = {ExecutionStatus::completed, ExecutionStatus::failed};
  CHECK(world.ids(filter) == Ids{"twice", "bad"});
  filter = {};
  filter.orchestration_name = "Twice";
  CHECK(world.ids(filter) == Ids{"twice"});
  filter = {};
  filter.created_after = beginning + 2s;
  CHECK(world.ids(filter) == Ids{"bad", "waits"});
  filter = {};
  filter.created_before = beginning + 2s;
  CHECK(world.ids(filter) == Ids{"pair", world.child_id, "twice"});
  filter = {};
  filter.parent_instance = "pair";
  CHECK(world.ids(filter) == Ids{world.child_id});
  filter = {};
  filter.limit = 2;
  filter.offset = 1;
  CHECK(world.ids(filter) == Ids{world.child_id, "twice"});
}

TEST_CASE("beyond the seeds: filters by prefix, tag, version, root and last change, and orders",
          "[client][management][listing]") {
  World world(EVERY_STORE);
  InstanceFilter filter;
  filter.id_prefix = "pair";
  CHECK(world.ids(filter) == Ids{"pair", world.child_id});
  filter.roots_only = true;
  CHECK(world.ids(filter) == Ids{"pair"});
  filter = {};
  filter.tags = {"red"};
  CHECK(world.ids(filter) == Ids{"pair"});
  filter.tags = {"red", "green"};
  CHECK(world.ids(filter).empty());
  filter = {};
  filter.version = "2.1.0";
  CHECK(world.ids(filter) == Ids{"waits"});
  filter = {};
  filter.updated_before = beginning + 2s;
  CHECK(world.ids(filter) == Ids{"pair", world.child_id, "twice"});
  filter = {};
  filter.order = InstanceOrder::id;
  CHECK(world.ids(filter) == Ids{"bad", "pair", world.child_id, "twice", "waits"});
  filter.descending = true;
  CHECK(world.ids(filter) == Ids{"waits", "twice", world.child_id, "pair", "bad"});
  filter.order = InstanceOrder::created;
  CHECK(world.ids(filter) == Ids{"waits", "bad", "twice", world.child_id, "pair"});
  world.clock->advance(1s);
  REQUIRE(world.client.raise_event(world.child_id, "Unrelated"));
  world.run();
  filter.order = InstanceOrder::updated;
  CHECK(world.ids(filter).front() == world.child_id);
}

TEST_CASE("seeds: every field of InstanceSummary", "[client][management][status]") {
  World world(EVERY_STORE);
  const auto rows = world.management.list_instances().value();
  REQUIRE(rows.size() == 5);
  const InstanceSummary& pair = rows.at(0);
  CHECK(pair.instance_id == "pair");
  CHECK(pair.orchestration_name == "Parent");
  CHECK(pair.version == "1.0.0");
  CHECK(pair.status == ExecutionStatus::running);
  CHECK(pair.created_at == beginning);
  CHECK(pair.updated_at == beginning);
  CHECK(pair.execution_count == 1);
  CHECK_FALSE(pair.parent_instance);
  CHECK_FALSE(pair.parent_id);
  CHECK(pair.tags == std::vector<std::string>{"red", "blue"});
  const InstanceSummary& of_pair = rows.at(1);
  CHECK(of_pair.parent_instance == "pair");
  CHECK(of_pair.parent_id == 2);
  const InstanceSummary& twice = rows.at(2);
  CHECK(twice.status == ExecutionStatus::completed);
  CHECK(twice.execution_count == 2);
  CHECK_FALSE(rows.at(3).cancelled);
  REQUIRE(rows.at(3).status.error() != nullptr);
  CHECK(rows.at(3).status.error()->message == "broken");
  REQUIRE(world.client.cancel_instance("waits", "enough"));
  world.left_open = 0;
  world.run();
  const auto waits = world.management.list_instances().value().at(4);
  CHECK(waits.cancelled);
  CHECK(waits.status == ExecutionStatus::cancelled);
  CHECK(waits.status.error()->message == "enough");
}

TEST_CASE("seeds: listings by status and helpers that find", "[client][management][listing]") {
  World world(EVERY_STORE);
  const ManagementClient& management = world.management;
  CHECK(management.list_all_instances() == Ids{"pair", world.child_id, "twice", "bad", "waits"});
  CHECK(management.list_running_instances() == Ids{"pair", world.child_id, "waits"});
  CHECK(management.list_completed_instances() == Ids{"twice"});
  CHECK(management.list_failed_instances() == Ids{"bad"});
  CHECK(management.list_instances_by_status("Completed") == Ids{"twice"});
  CHECK(management.list_instances_by_status("paused").value().empty());
  CHECK(management.list_instances_by_status("over").error().kind == Kind::invalid_filter);
  CHECK(management.find_instances_by_orchestration("Fails").value().at(0).instance_id == "bad");
  CHECK(management.find_running_instances().value().size() == 3);
  CHECK(management.find_failed_instances().value().size() == 1);
  CHECK(management.find_failed_instances(beginning + 1h).value().empty());
  CHECK(management.list_cancelled_instances().value().empty());
  REQUIRE(world.management.pause(PauseScope::of_instance("pair")));
  CHECK(management.list_paused_instances() == Ids{"pair"});
  CHECK(management.list_instances_by_status("Paused") == Ids{"pair"});
  REQUIRE(world.management.terminate_instance("pair", "enough"));
  CHECK(management.list_paused_instances().value().empty());
  CHECK(management.list_cancelled_instances() == Ids{"pair", world.child_id});
  CHECK(management.list_failed_instances() == Ids{"bad"});
}

TEST_CASE("seeds: every field of InstanceInfo, and get_bulk_status",
          "[client][management][status]") {
  World world(EVERY_STORE);
  const auto info = world.management.get_instance_info("twice").value();
  CHECK(info.instance_id == "twice");
  CHECK(info.orchestration_name == "Twice");
  CHECK(info.orchestration_version == "1.0.0");
  CHECK(info.current_execution_id == 2);
  CHECK(info.status.output() == "2");
  CHECK(info.created_at == beginning + 1s);
  CHECK(info.updated_at == beginning + 1s);
  CHECK_FALSE(info.parent_instance_id);
  CHECK(world.management.get_instance_info(world.child_id).value().parent_instance_id == "pair");
  CHECK(world.management.get_instance_info("nobody").error().kind == Kind::instance_not_found);

  const auto statuses = world.management.get_bulk_status({"bad", "nobody", "twice"}).value();
  REQUIRE(statuses.size() == 3);
  CHECK(statuses.at(0).first == "bad");
  CHECK(statuses.at(0).second.is_failed());
  CHECK(statuses.at(1).second.is_not_found());
  CHECK(statuses.at(2).second.is_completed());
  CHECK(world.client.get_bulk_status({"bad", "nobody", "twice"}).value() == statuses);
}

TEST_CASE("seeds: every field of InstanceDetails, ExecutionSummary and ExecutionDetails",
          "[client][management][details]") {
  World world(EVERY_STORE);
  CHECK(world.management.get_instance_details("nobody").value() == std::nullopt);

  const auto twice = world.management.get_instance_details("twice").value().value();
  CHECK(twice.summary.instance_id == "twice");
  REQUIRE(twice.executions.size() == 2);
  const ExecutionSummary& first = twice.executions.at(0);
  CHECK(first.execution_id == 1);
  CHECK(first.status == ExecutionStatus::continued_as_new);
  CHECK(first.started_at == beginning + 1s);
  CHECK(first.completed_at == beginning + 1s);
  CHECK(first.event_count == 4);
  CHECK(first.duration_ms == 0);
  CHECK(twice.executions.at(1).status == ExecutionStatus::completed);
  CHECK_FALSE(twice.current_execution);

  const auto waits = world.management.get_instance_details("waits").value().value();
  REQUIRE(waits.executions.size() == 1);
  CHECK_FALSE(waits.executions.at(0).completed_at);
  CHECK_FALSE(waits.executions.at(0).duration_ms);
  REQUIRE(waits.current_execution);
  const ExecutionDetails& current = *waits.current_execution;
  CHECK(current.execution_id == 1);
  CHECK(current.status == ExecutionStatus::running);
  CHECK(current.last_event_at == beginning + 3s);
  REQUIRE(current.pending_activities.size() == 1);
  const PendingActivity& activity = current.pending_activities.at(0);
  CHECK(activity.correlation_id == 2);
  CHECK(activity.name == "Slow");
  CHECK(activity.input == "input of Slow");
  CHECK(activity.scheduled_at == beginning + 3s);
  CHECK(activity.tag == "nobody");
  REQUIRE(current.pending_timers.size() == 1);
  const PendingTimer& timer = current.pending_timers.at(0);
  CHECK(timer.correlation_id == 3);
  CHECK(timer.delay_ms == 90'000);
  CHECK(timer.scheduled_at == beginning + 3s);
  CHECK(timer.fire_at == beginning + 93s);
  REQUIRE(current.pending_events.size() == 2);
  const PendingEvent& event = current.pending_events.at(0);
  CHECK(event.correlation_id == 4);
  CHECK(event.name == "Never");
  CHECK(event.subscribed_at == beginning + 3s);
  CHECK_FALSE(event.is_queue);
  CHECK(current.pending_events.at(1).is_queue);

  const auto pair = world.management.get_instance_details("pair").value().value();
  REQUIRE(pair.current_execution);
  REQUIRE(pair.current_execution->pending_children.size() == 1);
  CHECK(pair.current_execution->pending_children.at(0).instance == world.child_id);
  CHECK(pair.current_execution->pending_children.at(0).name == "Child");
}

TEST_CASE("seeds: executions, every field of ExecutionInfo, and histories",
          "[client][management][details][status]") {
  World world(EVERY_STORE);
  const ManagementClient& management = world.management;
  CHECK(management.list_executions("twice") == std::vector<std::uint64_t>{1, 2});
  CHECK(management.list_executions("nobody").error().kind == Kind::instance_not_found);

  const auto first = management.get_execution_info("twice", 1).value();
  CHECK(first.execution_id == 1);
  CHECK(first.status == ExecutionStatus::continued_as_new);
  CHECK(first.output == "2");
  CHECK(first.started_at == beginning + 1s);
  CHECK(first.completed_at == beginning + 1s);
  CHECK(first.event_count == 4);
  CHECK(first.version == "1.0.0");
  CHECK(management.get_execution_info("twice", 2).value().output == "2");
  CHECK(management.get_execution_info("bad", 1).value().output == "broken");
  CHECK_FALSE(management.get_execution_info("waits", 1).value().output);
  CHECK(management.get_execution_info("twice", 3).error().kind == Kind::execution_not_found);
  CHECK(management.get_execution_info("nobody", 1).error().kind == Kind::instance_not_found);

  const auto history = management.read_execution_history("twice", 1).value();
  REQUIRE(history.size() == 4);
  CHECK(std::holds_alternative<event::OrchestrationContinuedAsNew>(history.back().kind));
  CHECK(management.get_execution_history("twice", 1) == history);
  const auto current = management.get_execution_history("twice").value();
  CHECK(std::holds_alternative<event::OrchestrationCompleted>(current.back().kind));
  CHECK(management.read_execution_history("twice", 7).error().kind == Kind::execution_not_found);
}

TEST_CASE("seeds: every field of SystemMetrics and QueueDepths", "[client][management][overview]") {
  World world(EVERY_STORE);
  const auto metrics = world.management.get_system_metrics().value();
  CHECK(metrics.total_instances == 5);
  CHECK(metrics.total_executions == 6);
  CHECK(metrics.running_instances == 3);
  CHECK(metrics.completed_instances == 1);
  CHECK(metrics.failed_instances == 1);
  std::uint64_t events = 0;
  const auto instances = world.management.list_all_instances().value();
  for (const std::string& instance : instances) {
    const auto executions = world.management.list_executions(instance).value();
    for (const auto execution : executions) {
      events += world.management.read_execution_history(instance, execution).value().size();
    }
  }
  CHECK(metrics.total_events == events);
  const QueueDepths depths{0, 1, 1};
  CHECK(metrics.queues == depths);
  CHECK(world.management.get_queue_depths() == depths);
  CHECK(world.management.get_queue_status() == depths);
  CHECK(world.management.get_metrics().value().total_instances == 5);
  CHECK(metrics.quarantined == 0);
}

TEST_CASE("seeds: every field of SystemHealth", "[client][management][overview]") {
  World world(EVERY_STORE);
  auto health = world.management.get_system_health().value();
  CHECK(health.total_instances == 5);
  CHECK(health.running_instances == 3);
  CHECK(health.completed_instances == 1);
  CHECK(health.failed_instances == 1);
  CHECK(health.long_running_instances == 0);
  CHECK(health.recent_failures == 1);
  CHECK(health.health_score == 50);  // 1 of 2 that ended
  world.clock->advance(2h);
  world.run();
  health = world.management.get_system_health().value();
  CHECK(health.recent_failures == 0);
  for (int i = 0; i < 5; ++i) {
    REQUIRE(world.client.start_orchestration("more" + std::to_string(i), "Twice", 2));
  }
  world.clock->advance(23h);
  world.run();
  health = world.management.get_system_health().value();
  CHECK(health.completed_instances == 6);
  CHECK(health.health_score == 85);  // 6 of 7 that ended
  CHECK(health.long_running_instances == 3);
}

TEST_CASE("seeds: counts and pages give what a listing gives", "[client][management][listing]") {
  World world(EVERY_STORE);
  CHECK(world.management.count_instances() == 5U);
  InstanceFilter running;
  running.status = {ExecutionStatus::running};
  CHECK(world.management.count_instances(running) == 3U);
  CHECK(world.management.get_instance_counts() == InstanceCounts{5, 3, 1, 1});
  Ids paged;
  std::optional<std::string> cursor;
  do {
    const auto page = world.management.list_page(running, 2, cursor).value();
    for (const InstanceSummary& row : page.instances) {
      paged.push_back(row.instance_id);
    }
    cursor = page.next_cursor;
  } while (cursor);
  CHECK(paged == world.ids(running));
  CHECK(world.management.list_page(running, 2, "nonsense").error().kind == Kind::invalid_filter);
  CHECK(world.management.list_page(running, 0).error().kind == Kind::invalid_filter);
}

TEST_CASE("seeds: a store without the capability says so, at every method",
          "[client][management]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const Store bare =
      make_store(world.system.handle(), world.clock, provider_of(world.store), [] {});
  const Client client(bare);
  CHECK_FALSE(client.has_management_capability());
  CHECK(client.management().error().message.find("management features not available") == 0);
  CHECK(Client(world.store).has_management_capability());
  CHECK(Client::with_management(bare, world.store).has_management_capability());
  const ManagementClient management(bare);
  const auto refused = [](const auto& answer) {
    return !answer && answer.error().kind == Kind::management_not_available;
  };
  CHECK(refused(management.list_instances()));
  CHECK(refused(management.list_page({})));
  CHECK(refused(management.count_instances()));
  CHECK(refused(management.get_instance_counts()));
  CHECK(refused(management.list_all_instances()));
  CHECK(refused(management.get_instance_info("pair")));
  CHECK(refused(management.get_instance_details("pair")));
  CHECK(refused(management.get_bulk_status({"pair"})));
  CHECK(refused(management.list_executions("pair")));
  CHECK(refused(management.get_execution_info("pair", 1)));
  CHECK(refused(management.get_execution_history("pair")));
  CHECK(refused(management.get_system_metrics()));
  CHECK(refused(management.get_system_health()));
  CHECK(refused(management.get_queue_depths()));
  CHECK(refused(management.list_stuck()));
  CHECK(refused(management.delete_instance("pair")));
  CHECK(refused(management.prune_executions("pair", {1, std::nullopt})));
  CHECK(refused(management.pause(PauseScope::of_store())));
  CHECK(refused(management.terminate_instance("pair")));
  CHECK(refused(management.rewind_instance("pair")));
  CHECK(refused(management.fork_instance("pair", "other")));
  CHECK(refused(management.export_instance("pair")));
  CHECK(refused(management.backup("nowhere")));
  CHECK(refused(management.verify()));
  CHECK(refused(management.subscribe()));
}

}  // namespace duroxide::seeds_test
