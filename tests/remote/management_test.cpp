// Management of a remote store: it sees and does what it does in the engine's process.

#include "gateway/json_types.hpp"
#include "remote/engine.hpp"

namespace duroxide::remote_management_test {

using namespace duroxide::remote_test;
using gateway::json_of;
using Kind = ClientError::Kind;

namespace {

/// Both see the same store, each from its side.
struct Fixture {
  explicit Fixture(RuntimeOptions options = RuntimeOptions()) : engine(std::move(options)) {
    REQUIRE(client.start_orchestration("asking", "Parent", std::string(),
                                       StartOptions().tag("red").version("1.0.0")));
    REQUIRE(client.start_orchestration("echoed", "Echo", std::string("x")));
    REQUIRE(client.start_orchestration("failed", "Fails"));
    REQUIRE(client.wait_for_completion("echoed", ample));
    REQUIRE(client.wait_for_completion("failed", ample));
    auto changes = here.subscribe({std::nullopt, "Ask", false}).value();
    while (here.get_instance_tree("asking").value().size() < 2 ||
           client.get_status(child()).value().custom_status() != "asking") {
      REQUIRE(changes.next(10ms));
    }
  }

  [[nodiscard]] std::string child() const {
    return here.get_instance_tree("asking").value().instances.at(1).instance_id;
  }

  Engine engine;
  Store store = RemoteStore::connect(engine.directory(), quiet()).value();
  Client client{store};
  ManagementClient here{engine.store()};
  ManagementClient there{store};
};

}  // namespace

TEST_CASE("remote management: it sees what is seen in the engine's process", "[remote][details]") {
  Fixture f;
  CHECK(f.store.has_management());
  CHECK(json_of(f.there.list_instances().value()) == json_of(f.here.list_instances().value()));
  InstanceFilter filter;
  filter.status = {ExecutionStatus::running};
  filter.tags = {"red"};
  filter.order = InstanceOrder::id;
  CHECK(f.there.list_page(filter, 1).value().instances.at(0).instance_id == "asking");
  InstanceFilter all;
  const auto page = f.there.list_page(all, 1).value();
  CHECK(page.next_cursor == f.here.list_page(all, 1).value().next_cursor);
  CHECK(json_of(f.there.list_page(all, 9, page.next_cursor).value().instances) ==
        json_of(f.here.list_page(all, 9, page.next_cursor).value().instances));
  CHECK(f.there.count_instances().value() == f.here.count_instances().value());
  CHECK(f.there.get_instance_counts().value() == f.here.get_instance_counts().value());
  for (const std::string& id : {std::string("asking"), f.child(), std::string("failed")}) {
    CAPTURE(id);
    CHECK(json_of(f.there.get_instance_info(id).value()) ==
          json_of(f.here.get_instance_info(id).value()));
    const auto details = f.there.get_instance_details(id).value();
    const auto same = f.here.get_instance_details(id).value();
    REQUIRE(details);
    CHECK(json_of(details->summary) == json_of(same->summary));
    CHECK(json_of(details->executions) == json_of(same->executions));
    REQUIRE(details->current_execution.has_value() == same->current_execution.has_value());
    if (same->current_execution) {
      CHECK(json_of(*details->current_execution) == json_of(*same->current_execution));
    }
    CHECK(f.there.get_execution_history(id).value() == f.here.get_execution_history(id).value());
    CHECK(f.there.read_execution_history(id, 1).value() ==
          f.here.read_execution_history(id, 1).value());
    CHECK(f.there.list_executions(id).value() == f.here.list_executions(id).value());
    const auto execution = f.there.get_execution_info(id, 1).value();
    CHECK(execution.started_at == f.here.get_execution_info(id, 1).value().started_at);
    CHECK(json_of(f.there.list_pending_activities(id).value()) ==
          json_of(f.here.list_pending_activities(id).value()));
    CHECK(json_of(f.there.list_messages(id).value()) == json_of(f.here.list_messages(id).value()));
    CHECK(json_of(f.there.get_instance_tree(id).value()) ==
          json_of(f.here.get_instance_tree(id).value()));
    CHECK(f.there.export_instance(id).value() == f.here.export_instance(id).value());
  }
  CHECK(f.there.get_instance_tree("asking", 1).value().all_ids() ==
        std::vector<std::string>{"asking"});
  CHECK(f.there.get_instance_details("nobody").value() == std::nullopt);
  CHECK(f.there.get_instance_info("nobody").error().kind == Kind::instance_not_found);
  CHECK(f.there.get_execution_info("asking", 7).error().kind ==
        f.here.get_execution_info("asking", 7).error().kind);
}

TEST_CASE("remote management: it sees the store as a whole", "[remote][details]") {
  Fixture f;
  CHECK(f.there.get_queue_depths().value() == f.here.get_queue_depths().value());
  CHECK(json_of(f.there.get_system_health().value()) ==
        json_of(f.here.get_system_health().value()));
  // What is seen changes what is seen, so that only what stands still can be compared.
  const auto families = f.there.metrics().value();
  const auto same_families = f.here.metrics().value();
  REQUIRE(families.size() == same_families.size());
  for (std::size_t i = 0; i < families.size(); ++i) {
    CHECK(families[i].name == same_families[i].name);
    CHECK(families[i].help == same_families[i].help);
    CHECK(families[i].unit == same_families[i].unit);
    CHECK(families[i].kind == same_families[i].kind);
    CHECK(families[i].bounds == same_families[i].bounds);
    if (families[i].name == "duroxide_instances" ||
        families[i].name == "duroxide_activity_duration_seconds") {
      CHECK(json_of(families[i]) == json_of(same_families[i]));
    }
  }
  const auto metrics = f.there.get_system_metrics().value();
  CHECK(metrics.total_events == f.here.get_system_metrics().value().total_events);
  CHECK(metrics.store_file_bytes > 0);
  StuckFilter everything;
  everything.no_progress_for = 0ms;
  CHECK(f.there.list_stuck(everything).value().size() ==
        f.here.list_stuck(everything).value().size());
  CHECK(f.there.list_quarantined().value().empty());
  CHECK(f.there.release_from_quarantine("asking").value() == 0);
  REQUIRE(f.there.pause(PauseScope::of_instance("asking")));
  CHECK(json_of(f.there.list_paused().value()) == json_of(f.here.list_paused().value()));
  CHECK(f.there.list_paused().value().size() == 1);
  REQUIRE(f.there.resume(PauseScope::of_instance("asking")));
}

TEST_CASE("remote management: what it does is done", "[remote]") {
  Fixture f;
  SECTION("an instance is cancelled") {
    REQUIRE(f.client.cancel_orchestration("asking", "enough"));
    CHECK(f.client.wait_for_completion("asking", ample).value().is_cancelled());
  }
  SECTION("an instance is terminated") {
    REQUIRE(f.there.terminate_instance("asking", "enough"));
    CHECK(f.client.get_status("asking").value().is_cancelled());
    CHECK(f.there.terminate_instance("asking").error().kind == Kind::instance_finished);
  }
  SECTION("an instance is rewound") {
    f.engine.is_broken = false;
    CHECK(f.there.rewind_instance("failed").value().activities_scheduled == 1);
    CHECK(f.client.wait_for_completion("failed", ample).value().output() == "mended");
  }
  SECTION("an instance is forked, exported, deleted and imported") {
    CHECK(f.there.fork_instance("echoed", "copy").value().instance_id == "copy");
    REQUIRE(f.client.wait_for_completion("copy", ample));
    const auto exported = f.there.export_instance("copy").value();
    CHECK(f.there.delete_instance("copy").value().instances_deleted == 1);
    CHECK(f.client.get_status("copy").value().is_not_found());
    CHECK(f.there.import_instance(exported).value().instance_id == "copy");
    CHECK(f.client.get_status("copy").value().output() == "x");
  }
  SECTION("many are deleted") {
    InstanceFilter ended;
    ended.status = {ExecutionStatus::completed, ExecutionStatus::failed};
    CHECK(f.there.delete_instances(ended).value().instances_deleted == 2);
    CHECK(f.there.prune_instances({}, PruneOptions{1, std::nullopt}).value().executions_deleted ==
          0);
    CHECK(f.there.prune_executions("asking", PruneOptions{1, std::nullopt})
              .value()
              .executions_deleted == 0);
  }
  SECTION("a message is dropped") {
    REQUIRE(f.there.pause(PauseScope::of_instance("asking")));
    REQUIRE(f.client.raise_event("asking", "Unknown", std::string("x")));
    const auto messages = f.there.list_messages("asking").value();
    REQUIRE(messages.size() == 1);
    REQUIRE(f.there.drop_message("asking", messages.front().message_id));
    CHECK(f.there.list_messages("asking").value().empty());
  }
  CHECK(f.here.verify().value().is_clean());
}

TEST_CASE("remote management: verification and backup tell how far they are, and can be stopped",
          "[remote][backup]") {
  Fixture f;
  std::atomic<std::uint64_t> told{0};
  const auto report = f.there.verify([&](const Progress&) {
    ++told;
    return true;
  });
  CHECK(report.value().is_clean());
  CHECK(report.value().instances_checked == 4);
  const testing::TempDir dir;
  const auto copy = dir.path() / "copy";
  CHECK(f.there.backup(copy).value().records > 0);
  const Store copied = LmdbProvider::open_read_only(copy, LmdbOptions().log_sink(silent)).value();
  CHECK(ManagementClient(copied).count_instances().value() == 4);
  CHECK(f.there.backup(copy).error().kind == Kind::invalid_input);
}

TEST_CASE("remote management: changes are told as they happen", "[remote][changes]") {
  Fixture f;
  auto all = f.there.subscribe().value();
  auto one = f.there.subscribe({"echoed-2", std::nullopt, false}).value();
  REQUIRE(f.client.start_orchestration("echoed-1", "Echo"));
  REQUIRE(f.client.start_orchestration("echoed-2", "Echo"));
  std::vector<ChangeKind> kinds;
  while (kinds.size() < 2) {
    for (const auto& change : one.next(ample).value().changes) {
      CHECK(change.instance_id == "echoed-2");
      kinds.push_back(change.kind);
    }
  }
  CHECK(kinds == std::vector{ChangeKind::started, ChangeKind::completed});
  CHECK(all.next(ample).value().missed == 0);
  CHECK(one.next(0ms).value().changes.empty());
  SECTION("they end when the subscription is closed") {
    Later<Result<ChangeBatch, ClientError>> waiting;
    one.next(waiting.callback());
    one.close();
    CHECK(waiting.get().value().changes.empty());
  }
  SECTION("another subscription of the same client is none of its business") {
    all.close();
    REQUIRE(f.there.delete_instance("echoed-2"));
    CHECK(one.next(ample).value().changes.at(0).kind == ChangeKind::deleted);
  }
}

TEST_CASE("remote store: through a read-only socket it is looked at only", "[remote][control]") {
  Engine engine(RuntimeOptions().control_socket(ControlSocket::read_only));
  CHECK(engine.lines().count("is on: processes of this user may look at the store, and change "
                             "nothing") == 1);
  Client here(engine.store());
  REQUIRE(here.start_orchestration("i", "Ask"));
  const Store store = RemoteStore::connect(engine.directory(), quiet()).value();
  Client client(store);
  const auto management = client.management().value();
  Later<Client::Status> ended;
  client.wait_for_completion("i", ended.callback());
  auto changes = management.subscribe().value();
  CHECK(management.count_instances().value() == 1);
  CHECK(management.verify().value().is_clean());
  const auto check_refused = [](const auto& result) {
    REQUIRE_FALSE(result);
    CHECK(result.error().kind == Kind::read_only);
    CHECK_THAT(result.error().message, Catch::Contains("control socket is read-only"));
  };
  check_refused(client.start_orchestration("j", "Echo"));
  check_refused(client.start_orchestration(
      "j", "Echo", std::string(), StartOptions().reuse(ReusePolicy::use_existing_same_input)));
  check_refused(client.raise_event("i", "Answer"));
  check_refused(client.enqueue_event("i", "letters"));
  check_refused(client.cancel_orchestration("i"));
  check_refused(client.complete_activity(ActivityToken::parse("1/1/i").value()));
  check_refused(management.release_from_quarantine("i"));
  check_refused(management.terminate_instance("i"));
  check_refused(management.pause(PauseScope::of_store()));
  check_refused(management.delete_instance("i", DeleteOptions{true, true}));
  check_refused(management.rewind_instance("i"));
  check_refused(management.fork_instance("i", "k"));
  check_refused(management.drop_message("i", 1));
  check_refused(management.prune_executions("i", PruneOptions{1, std::nullopt}));
  CHECK(management.count_instances().value() == 1);
  REQUIRE(here.cancel_orchestration("i"));
  CHECK(ended.get().value().is_cancelled());
}

TEST_CASE("control socket: it is read-only while all runtimes of the store say so",
          "[remote][control]") {
  Engine engine(RuntimeOptions().control_socket(ControlSocket::read_only));
  const Store store = RemoteStore::connect(engine.directory(), quiet()).value();
  Client client(store);
  CHECK(client.start_orchestration("i", "Echo").error().kind == Kind::read_only);
  {
    Runtime second(engine.store(), RuntimeOptions().log_sink(silent));
    REQUIRE(second.start());
    CHECK(client.start_orchestration("i", "Echo"));
  }
  CHECK(client.start_orchestration("j", "Echo").error().kind == Kind::read_only);
}

TEST_CASE("control socket: its modes have names, and a truth value means all or nothing",
          "[remote][control]") {
  CHECK(to_string(ControlSocket::off) == "off");
  CHECK(to_string(ControlSocket::read_only) == "read-only");
  CHECK(to_string(ControlSocket::full) == "full");
  CHECK(RuntimeOptions().control_socket_mode() == ControlSocket::full);
  CHECK(RuntimeOptions().control_socket(false).control_socket_mode() == ControlSocket::off);
  CHECK_FALSE(RuntimeOptions().control_socket(false).control_socket());
  CHECK(RuntimeOptions().control_socket(true).control_socket_mode() == ControlSocket::full);
}

}  // namespace duroxide::remote_management_test
