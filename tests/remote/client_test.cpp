// A client of a remote store: what it starts, tells and waits for, as in the engine's process.

#include "remote/engine.hpp"

namespace duroxide::remote_client_test {

using namespace duroxide::remote_test;
using Kind = ClientError::Kind;

namespace {

struct Fixture {
  explicit Fixture(RuntimeOptions options = RuntimeOptions()) : engine(std::move(options)) {}

  Engine engine;
  Store store = RemoteStore::connect(engine.directory(), quiet()).value();
  Client client{store};
};

}  // namespace

TEST_CASE("remote store: what is started there runs here, and its end is told", "[remote]") {
  Fixture f;
  REQUIRE(f.client.start_orchestration("i", "Echo", std::string("hello")));
  const auto status = f.client.wait_for_completion("i", ample).value();
  CHECK(status.output() == "hello");
  CHECK(f.client.get_status("i").value() == status);
  CHECK(f.client.get_status("nobody").value().is_not_found());
  CHECK(f.client.get_bulk_status({"i", "nobody"}).value().size() == 2);
  CHECK(f.store.directory() == f.engine.directory());
  CHECK_FALSE(f.store.is_read_only());
}

TEST_CASE("remote store: refusals are the engine's own", "[remote][errors]") {
  Fixture f;
  REQUIRE(f.client.start_orchestration("i", "Echo"));
  const auto again = f.client.start_orchestration("i", "Echo");
  REQUIRE_FALSE(again);
  CHECK(again.error().kind == Kind::instance_already_exists);
  const auto here = Client(f.engine.store()).start_orchestration("i", "Echo");
  REQUIRE_FALSE(here);
  CHECK(again.error().message == here.error().message);
  CHECK(f.client.raise_event("nobody", "E").error().kind == Kind::instance_not_found);
  CHECK(f.client.wait_for_completion("nobody", ample).error().kind == Kind::instance_not_found);
  REQUIRE(f.client.wait_for_completion("i", ample));
  CHECK(f.client.cancel_orchestration("i").error().kind == Kind::instance_finished);
}

TEST_CASE("remote store: a client there asks its own interceptors, in its own process",
          "[remote][interceptors][starts]") {
  class Doorkeeper : public Interceptor {
   public:
    Admission before_start(InterceptedStart& start) override {
      ++asked;
      start.headers.set("seen", "yes");
      return start.instance == "no" ? refuse("not this one") : Admission();
    }
    void after_start(std::string_view, const ClientError* error) override {
      ++told;
      failed += error == nullptr ? 0 : 1;
    }

    std::atomic<int> asked{0};
    std::atomic<int> told{0};
    std::atomic<int> failed{0};
  };
  const auto of_runtime = std::make_shared<Doorkeeper>();
  const auto of_client = std::make_shared<Doorkeeper>();
  Fixture f(RuntimeOptions().interceptor(of_runtime));
  Client client = f.client.with_interceptor(of_client);
  const auto refused = client.start_orchestration("no", "Echo");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::start_refused);
  CHECK(f.client.get_status("no").value().is_not_found());
  REQUIRE(client.start_orchestration("i", "Echo"));
  CHECK_FALSE(client.start_orchestration("i", "Echo"));
  REQUIRE(f.client.wait_for_completion("i", ample));
  const auto history = f.client.management().value().get_execution_history("i").value();
  const auto& started = std::get<event::OrchestrationStarted>(history.front().kind);
  REQUIRE(started.headers.find("seen") != nullptr);
  CHECK(of_client->asked == 3);
  CHECK(of_client->told == 2);
  CHECK(of_client->failed == 1);
  CHECK(of_runtime->asked == 0);
}

TEST_CASE("remote store: starting once", "[remote][starts]") {
  Fixture f;
  const auto same = StartOptions().reuse(ReusePolicy::use_existing_same_input);
  CHECK(f.client.start_orchestration("i", "Ask", std::string("a"), same).value().created());
  CHECK_FALSE(f.client.start_orchestration("i", "Ask", std::string("a"), same).value().created());
  CHECK(f.client.start_orchestration("i", "Ask", std::string("b"), same).error().kind ==
        Kind::instance_already_exists);
  REQUIRE(
      f.client.start_orchestration("later", "Echo", std::string("x"), StartOptions().delay(1ms)));
  CHECK(f.client.wait_for_completion("later", ample).value().output() == "x");
}

TEST_CASE("remote store: starts with an event or an update, and an event with a key",
          "[remote][starts][updates][events]") {
  Fixture f;
  const auto timeout = UpdateOptions().timeout(ample);
  const auto first =
      f.client.start_with_update<int>("i", "Count", "", "Add", 2, StartOptions(), timeout).value();
  CHECK(first.created());
  CHECK(first.answer().value() == 2);
  const auto second =
      f.client.start_with_update<int>("i", "Count", "", "Add", 3, StartOptions(), timeout).value();
  CHECK_FALSE(second.created());
  CHECK(second.answer().value() == 5);
  const auto key = RaiseOptions().key("k");
  REQUIRE(f.client.raise_event("i", "Stop", std::string("x"), key));
  CHECK(f.client.raise_event("i", "Stop", std::string("x"), key));
  CHECK(f.client.raise_event("i", "Stop", std::string("y"), key).error().kind ==
        Kind::invalid_input);
  CHECK(f.client.wait_for_completion("i", ample).value().output() == "5");
  const auto none = f.client
                        .start_with_update<int>("j", "Count", "", "Nothing", 1, StartOptions(),
                                                UpdateOptions().timeout(1ms))
                        .value();
  CHECK(none.created());
  CHECK(none.answer().error().kind == Kind::timeout);
  CHECK_FALSE(f.client.start_with_event("j", "Count", "", "Stop", "").value().created());
  CHECK(f.client.wait_for_completion("j", ample).value().output() == "0");
  CHECK(f.client.start_with_event("j", "Count", "", "Stop", "").error().kind ==
        Kind::instance_finished);
}

TEST_CASE("remote store: a message for a queue with a key", "[remote][queues]") {
  Fixture f;
  REQUIRE(f.client.start_orchestration("i", "Count", std::string()));
  const auto key = RaiseOptions().key("k");
  REQUIRE(f.client.enqueue_event("i", "Q", 1, key));
  CHECK(f.client.enqueue_event("i", "Q", 1, key));
  CHECK(f.client.enqueue_event("i", "Q", 2, key).error().kind == Kind::invalid_input);
  CHECK(f.client.raise_event("i", "Q", 1, key).error().kind == Kind::invalid_input);
}

TEST_CASE("remote store: a wait for a start", "[remote][starts][waits]") {
  Fixture f;
  Later<Client::Status> there;
  f.client.wait_for_start("i", there.callback());
  CHECK(f.client.wait_for_start("i", 1ms).error().kind == Kind::timeout);
  REQUIRE(Client(f.engine.store()).start_orchestration("i", "Ask"));
  CHECK(there.get().value().is_running());
  CHECK(f.client.wait_for_start("i", ample).value().is_running());
}

TEST_CASE("remote store: a wait for a first turn", "[remote][starts][waits]") {
  Fixture f;
  Later<Client::Status> begun;
  f.client.wait_for_first_turn("i", begun.callback());
  REQUIRE(Client(f.engine.store()).start_orchestration("i", "Ask"));
  CHECK(begun.get().value().is_running());
  // What the first turn has said can be read.
  CHECK(f.client.get_status("i").value().custom_status() == "asking");
  REQUIRE(Client(f.engine.store())
              .start_orchestration("later", "Ask", std::string(), StartOptions().delay(24h)));
  CHECK(f.client.wait_for_first_turn("later", 1ms).error().kind == Kind::timeout);
  CHECK(f.client.wait_for_start("later", ample).value().is_running());
}

TEST_CASE("remote store: events, queues, values and custom status", "[remote]") {
  Fixture f;
  REQUIRE(f.client.start_orchestration("i", "Ask"));
  const auto changed = f.client.wait_for_status_change("i", 0, ample).value();
  CHECK(changed.custom_status() == "asking");
  CHECK(changed.custom_status_version() == 1);
  const auto asked = f.client.wait_for_value("i", "asked", ample).value();
  REQUIRE(asked);
  CHECK(asked->value == "yes");
  CHECK(f.client.get_value("i", "asked").value() == asked);
  CHECK(f.client.get_value("i", "other").value() == std::nullopt);
  CHECK(f.client.get_all_values("i").value().size() == 1);
  Later<Client::Status> ended;
  f.client.wait_for_completion("i", ended.callback());
  Later<Client::Value> never;
  f.client.wait_for_value("i", "never", 0, never.callback());
  REQUIRE(f.client.raise_event("i", "Answer", std::string("one")));
  REQUIRE(f.client.enqueue_event("i", "letters", std::string("two")));
  CHECK(ended.get().value().output() == "one and two");
  CHECK(never.get().value() == std::nullopt);
}

TEST_CASE("remote store: a wait whose time is up looks once, and is taken back", "[remote]") {
  Fixture f;
  REQUIRE(f.client.start_orchestration("i", "Ask"));
  REQUIRE(f.client.wait_for_status_change("i", 0, ample));
  CHECK(f.client.wait_for_completion("i", 0ms).error().kind == Kind::timeout);
  CHECK(f.client.wait_for_completion("i", 5ms).error().kind == Kind::timeout);
  CHECK(f.client.wait_for_value("i", "other", 1ms).error().kind == Kind::timeout);
  CHECK(f.client.wait_for_value("i", "asked", 0ms).value());
  Later<Client::Status> late;
  f.client.wait_for_completion("i", 1ms, late.callback());
  CHECK(late.get().error().kind == Kind::timeout);
}

TEST_CASE("remote store: very many waits are open at once", "[remote]") {
  Fixture f;
  constexpr std::size_t count = 2'000;
  REQUIRE(f.client.start_orchestration("i", "Ask"));
  std::vector<Later<Client::Status>> waits(count);
  for (auto& each : waits) {
    f.client.wait_for_completion("i", each.callback());
  }
  REQUIRE(f.client.cancel_orchestration("i", "enough"));
  for (auto& each : waits) {
    CHECK(each.get().value().is_cancelled());
  }
}

TEST_CASE("remote store: activities are completed from there", "[remote][activities]") {
  Fixture f;
  REQUIRE(f.client.start_orchestration("i", "Outside"));
  auto changes = f.client.management().value().subscribe({"i", std::nullopt, true}).value();
  const auto token = [&] {
    while (true) {
      const auto pending = f.client.management().value().list_pending_activities("i").value();
      if (!pending.empty()) {
        return ActivityToken::parse(pending.front().token).value();
      }
      REQUIRE(changes.next());
    }
  }();
  REQUIRE(f.client.heartbeat_activity(token, std::string("half")));
  CHECK(f.client.management().value().list_pending_activities("i").value().front().progress ==
        "half");
  SECTION("well") {
    REQUIRE(f.client.complete_activity(token, std::string("done")));
    CHECK(f.client.wait_for_completion("i", ample).value().output() == "done");
    CHECK(f.client.complete_activity(token, std::string("again")).error().kind ==
          Kind::activity_not_found);
  }
  SECTION("badly") {
    REQUIRE(f.client.fail_activity(token, "no answer"));
    CHECK(f.client.wait_for_completion("i", ample).value().error()->message == "no answer");
  }
}

TEST_CASE("remote store: large payloads come through, and many calls at once", "[remote]") {
  Fixture f;
  const std::string large(300'000, 'x');
  std::vector<Later<Client::Started>> starts(300);
  for (std::size_t i = 0; i < starts.size(); ++i) {
    f.client.start_orchestration("i" + std::to_string(i), "Echo",
                                 i == 7 ? large : std::to_string(i), StartOptions(),
                                 starts[i].callback());
  }
  for (auto& each : starts) {
    CHECK(each.get());
  }
  CHECK(f.client.wait_for_completion("i7", ample).value().output() == large);
  CHECK(f.client.wait_for_completion("i299", ample).value().output() == "299");
}

TEST_CASE("remote store: what is too large for the socket is refused, and harms nothing else",
          "[remote][limits][large]") {
  Fixture f;
  REQUIRE(f.client.start_orchestration("i", "Ask"));
  Later<Client::Status> ended;
  f.client.wait_for_completion("i", ended.callback());
  const std::string half(std::size_t{64} << 20, 'x');
  const auto started = f.client.start_with_event("j", "Ask", half, "Answer", half);
  REQUIRE_FALSE(started);
  CHECK(started.error().kind == Kind::invalid_input);
  CHECK_THAT(started.error().message, Catch::Contains("go through the control socket"));
  CHECK(f.client.get_status("j").value().is_not_found());
  REQUIRE(f.client.cancel_orchestration("i", "enough"));
  CHECK(ended.get().value().is_cancelled());
}

TEST_CASE("remote store: several of one engine, each with its own waits", "[remote]") {
  Fixture f;
  const Store other = RemoteStore::connect(f.engine.directory(), quiet()).value();
  Client second(other);
  Client third(other);
  REQUIRE(f.client.start_orchestration("i", "Ask"));
  Later<Client::Status> one;
  Later<Client::Status> two;
  Later<Client::Status> three;
  f.client.wait_for_completion("i", one.callback());
  second.wait_for_completion("i", two.callback());
  third.wait_for_completion("i", three.callback());
  REQUIRE(second.raise_event("i", "Answer", std::string("a")));
  REQUIRE(third.enqueue_event("i", "letters", std::string("b")));
  CHECK(one.get().value().output() == "a and b");
  CHECK(two.get().value().output() == "a and b");
  CHECK(three.get().value().output() == "a and b");
}

TEST_CASE("remote store: one that is closed answers every call at once, and the engine goes on",
          "[remote][stop]") {
  Fixture f;
  const ManagementClient management(f.store);
  REQUIRE(f.client.start_orchestration("i", "Ask"));
  auto pending = f.client.async().wait_for_completion("i");
  auto changes = management.subscribe().value();
  const auto check_closed = [](const auto& result) {
    REQUIRE_FALSE(result);
    CHECK(result.error().kind == Kind::storage_error);
    CHECK_THAT(result.error().message, Catch::Contains("the store was closed with `Store::close`"));
  };
  f.store.close();
  f.store.close();
  CHECK(f.store.is_closed());
  check_closed(pending.wait());
  check_closed(f.client.start_orchestration("j", "Echo"));
  check_closed(f.client.get_status("i"));
  check_closed(f.client.wait_for_completion("i", ample));
  check_closed(f.client.async().get_status("i").wait());
  check_closed(management.list_instances());
  check_closed(management.async().list_paused().wait());
  check_closed(Client(f.store).get_status("i"));
  CHECK_FALSE(changes.next());
  CHECK(f.store.directory() == f.engine.directory());
  const Store again = RemoteStore::connect(f.engine.directory(), quiet()).value();
  CHECK(Client(again).get_status("i").value().is_running());
  CHECK(Client(again).get_status("j").value().is_not_found());
}

TEST_CASE("remote store: no runtime starts on it", "[remote][errors]") {
  Fixture f;
  Runtime runtime(f.store, RuntimeOptions().log_sink(silent));
  const auto started = runtime.start();
  REQUIRE_FALSE(started);
  CHECK(started.error().kind == RuntimeError::Kind::storage_error);
  CHECK_THAT(started.error().message, Catch::Contains("a remote store only controls"));
}

TEST_CASE("remote store: a wrong option or directory is told", "[remote][errors]") {
  const testing::TempDir dir;
  const auto wrong = RemoteStore::connect(dir.path(), RemoteStoreOptions().connect_timeout(-1ms));
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().kind == ProviderError::Kind::invalid_input);
  CHECK_THAT(wrong.error().message, Catch::Contains("connect_timeout"));
  const auto nowhere = RemoteStore::connect(dir.path() / "nowhere", quiet());
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().kind == ProviderError::Kind::not_a_directory);
  CHECK_THAT(nowhere.error().message, Catch::Contains("nowhere"));
}

}  // namespace duroxide::remote_client_test
