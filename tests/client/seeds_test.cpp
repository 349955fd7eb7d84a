// Every method and field of the management side of the seeds, on both stores and over a remote one, against
// instances whose whole story the test knows. Time is what the test says, and but for a remote store there
// is no thread.

#include <chrono>
#include <memory>
#include <thread>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>
#include <duroxide/provider.hpp>

#include "gateway/socket_share.hpp"
#include "support/deterministic_system.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::seeds_test {

using namespace std::chrono_literals;
using Kind = ClientError::Kind;

namespace {

const Timestamp beginning = from_milliseconds(1'700'000'000'000);

Task<std::string> parent(OrchestrationContext context) {
  std::string child = co_await context.schedule_sub_orchestration("Child", std::string("x"));
  co_return child;
}

Task<std::string> child(OrchestrationContext context) {
  std::string event = co_await context.wait_for_external_event("Go");
  co_return event;
}

Task<std::string> two_executions(OrchestrationContext context, int round) {
  std::string echoed = co_await context.schedule_activity("Echo", std::to_string(round));
  if (round < 2) {
    co_await context.continue_as_new(round + 1);
  }
  co_return echoed;
}

Task<std::string> fails(OrchestrationContext) {
  throw std::runtime_error("broken");
}

/// Waits for an activity that nobody takes, a timer, an event and a message.
Task<std::string> waits(OrchestrationContext context) {
  auto activity = context.schedule_activity("Slow", std::string("input of Slow"),
                                            ActivityOptions().tag("nobody"));
  auto timer = context.schedule_timer(90s);
  auto event = context.wait_for_external_event("Never");
  auto message = context.dequeue_event("Letters");
  co_await std::move(activity);
  co_await std::move(timer);
  co_await std::move(event);
  co_return co_await std::move(message);
}

enum class Backend {
  memory,
  lmdb,
  remote,  ///< of a store on disk, whose engine has threads
};

/// One second apart: `pair` with its child `pair::…`, `twice` (two executions), `bad` (fails) and
/// `waits`. All have gone as far as they can.
struct World {
  explicit World(Backend backend)
      : is_remote(backend == Backend::remote),
        engine_store(open(backend)),
        socket(is_remote ? gateway::SocketUse::begin(engine_store, ControlSocket::full, no_log)
                         : nullptr),
        store(is_remote
                  ? RemoteStore::connect(directory.path(), RemoteStoreOptions().log_sink(no_log))
                        .value()
                  : engine_store),
        runtime(engine_store, RuntimeOptions().log_sink(no_log)),
        client(store),
        management(store) {
    runtime.register_orchestration("Parent", parent)
        .register_orchestration("Child", child)
        .register_orchestration("Twice", two_executions)
        .register_orchestration("Fails", fails)
        .register_versioned("Waits", "2.1.0", waits)
        .register_activity("Echo", [](std::string text) { return text; });
    REQUIRE(runtime.start());
    REQUIRE(client.start_orchestration("pair", "Parent", std::string(),
                                       StartOptions().tag("red").tag("blue")));
    step();
    REQUIRE(client.start_orchestration("twice", "Twice", 1));
    step();
    REQUIRE(client.start_orchestration("bad", "Fails"));
    step();
    REQUIRE(client.start_orchestration("waits", "Waits"));
    left_open = 1;
    step();
    child_id = management.get_instance_tree("pair").value().all_ids().at(1);
  }

  /// Everything goes as far as it can. Over a remote store that is until nothing is in a queue but what
  /// stays there: a turn, an activity and a timer that is due are in theirs until they are done.
  void run() {
    system.run();
    const auto too_late = std::chrono::steady_clock::now() + 300s;
    while (is_remote && !is_idle()) {
      REQUIRE(std::chrono::steady_clock::now() < too_late);
      std::this_thread::yield();
    }
  }
  void step() {
    run();
    clock->advance(1s);
    run();
  }

  [[nodiscard]] std::vector<std::string> ids(const InstanceFilter& filter) const {
    std::vector<std::string> found;
    const auto rows = management.list_instances(filter).value();
    for (const InstanceSummary& row : rows) {
      found.push_back(row.instance_id);
    }
    return found;
  }

  [[nodiscard]] bool is_idle() const {
    const QueueDepths depths = management.get_queue_depths().value();
    return depths.orchestrator_queue == 0 && depths.worker_queue == left_open &&
           depths.timer_queue == (clock->now() < timer_is_due ? left_open : 0);
  }

  bool is_remote = false;
  test::DeterministicSystem system;
  testing::TempDir directory;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>(beginning);
  Store engine_store;
  std::shared_ptr<gateway::SocketUse> socket;
  Store store;  ///< of the clients
  Runtime runtime;
  Client client;
  ManagementClient management;
  std::size_t left_open = 0;  ///< activities that nobody takes; each has a timer beside it
  Timestamp timer_is_due = beginning + 3s + 90s;  ///< that of `waits`
  std::string child_id;

 private:
  static void no_log(const LogRecord& /*record*/) {}

  Store open(Backend backend) {
    if (backend == Backend::memory) {
      return MemoryProvider::create(MemoryOptions().clock(clock).actor_system(system.handle()));
    }
    auto options = LmdbOptions().durability(Durability::none).clock(clock).log_sink(no_log);
    if (!is_remote) {
      options.actor_system(system.handle());
    }
    return LmdbProvider::open(directory.path(), options).value();
  }
};

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
