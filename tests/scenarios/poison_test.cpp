// What was started again and again without finishing: quarantine, or failure if that is wanted, and
// what those who wait for it hear.

#include <algorithm>
#include <thread>

#include <duroxide/provider.hpp>

#include "scenario.hpp"

namespace duroxide::poison_test {

using namespace duroxide::scenario;

namespace {

constexpr std::uint32_t allowed = 2;

/// Takes what a runtime would take, and never finishes it: what remains of a process that died of it,
/// in a process that lives on. Must go before its store does.
class Victim {
 public:
  explicit Victim(const Store& store)
      : provider_(provider_of(store)), self_(provider_.home_system()) {}

  /// Starts the activities with the input `input` too often, and none of the other `count - 1` that
  /// are there.
  void take_activities(const std::string& input, std::size_t count = 1) {
    for (std::uint32_t delivery = 1; delivery <= allowed; ++delivery) {
      std::vector<provider::WorkerItem> items;
      while (items.size() < count) {
        auto more = ask<provider::Answer<std::vector<provider::WorkerItem>>>(
            provider::DequeueWorkerPeekLock{count - items.size(), TagFilter::any(), {}});
        items.insert(items.end(), more->begin(), more->end());
      }
      for (const provider::WorkerItem& item : items) {
        provider::AbandonWorker give_back;
        give_back.lock_token = item.lock_token;
        give_back.ignore_attempt = item.item.input != input;
        CHECK(ask<Done>(give_back));
      }
    }
  }

  /// Starts the next turn of `instance`, the only one that has something to do, too often.
  void take_turns(const std::string& instance) {
    for (std::uint32_t delivery = 1; delivery <= allowed; ++delivery) {
      const auto items = ask<provider::Answer<std::vector<provider::OrchestrationItem>>>(
          provider::FetchOrchestrationItem{});
      REQUIRE(items->size() == 1);
      CHECK(items->front().instance == instance);
      CHECK(items->front().attempt_count == delivery);
      provider::AbandonOrchestrationItem give_back;
      give_back.lock_token = items->front().lock_token;
      CHECK(ask<Done>(give_back));
    }
  }

 private:
  template <class Response, class Request>
  Response ask(const Request& request) {
    std::optional<Response> answer;
    self_->request(provider_, caf::infinite, request)
        .receive([&](Response& response) { answer = std::move(response); },
                 [](caf::error&) { FAIL("the store has ended"); });
    return std::move(*answer);
  }

  ProviderActor provider_;
  caf::scoped_actor self_;
};

Task<std::string> calls(OrchestrationContext context, std::string input) {
  co_return co_await context.schedule_activity("Crash", input);
}

Task<std::string> many_calls(OrchestrationContext context) {
  std::vector<DurableFuture<std::string>> all;
  for (const char* input : {"one", "two", "bad", "four", "five"}) {
    all.push_back(context.schedule_activity("Crash", std::string(input)));
  }
  co_await when_all(std::move(all));
  co_return "all went well";
}

/// A child of that name, with an id of its own.
Task<std::string> parent(OrchestrationContext context, std::string child) {
  context.set_custom_status("waiting");
  const auto options = SubOrchestrationOptions().instance_id(context.instance_id() + "-child");
  co_return co_await context.schedule_sub_orchestration(child, std::string("secret"), options);
}

Task<std::string> grandparent(OrchestrationContext context) {
  const auto options = SubOrchestrationOptions().instance_id("parent");
  co_return co_await context.schedule_sub_orchestration("Parent", std::string("Calls"), options);
}

Task<std::string> child(OrchestrationContext /*context*/, std::string input) {
  co_return "good after all: " + input;
}

void without_child(Runtime& runtime) {
  runtime.register_orchestration("Calls", calls)
      .register_orchestration("ManyCalls", many_calls)
      .register_orchestration("Parent", parent)
      .register_orchestration("Grandparent", grandparent)
      .register_activity("Crash", [](std::string input) { return "good after all: " + input; });
}

void with_child(Runtime& runtime) {
  without_child(runtime);
  runtime.register_orchestration("Child", child);
}

RuntimeOptions quarantining() {
  return RuntimeOptions().max_attempts(allowed).log_sink([](const LogRecord&) {});
}
RuntimeOptions failing() {
  return quarantining().on_poison(PoisonPolicy::fail);
}
RuntimeOptions without_workers(RuntimeOptions options) {
  return options.worker_tags(TagFilter::none());
}

/// A runtime on the same store that runs activities.
class Workers {
 public:
  Workers(const Scenario& s, RuntimeOptions options)
      : runtime_(s.engine_store(), std::move(options)) {
    with_child(runtime_);
    REQUIRE(runtime_.start());
  }

 private:
  Runtime runtime_;
};

/// Has the first turn of the child of `p` started too often.
void poison_child(Scenario& s) {
  s.start("p", "Parent", std::string("Child"));
  REQUIRE(s.client().wait_for_status_change("p", 0, ample));
  s.stop_runtime();
  REQUIRE(ManagementClient(s.store()).release_from_quarantine("p-child"));
  Victim(s.engine_store()).take_turns("p-child");
}

std::vector<QuarantinedItem> wait_for_quarantine(const Scenario& s) {
  const ManagementClient management(s.store());
  auto items = management.list_quarantined().value();
  while (items.empty()) {
    std::this_thread::yield();
    items = management.list_quarantined().value();
  }
  return items;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// What holds for every poison failure of these tests.
void check_poison(const ErrorDetails& details, ErrorKind kind) {
  INFO(details.to_string());
  CHECK(details.category == ErrorCategory::poison);
  CHECK(details.kind == kind);
  CHECK_FALSE(details.retryable);
  CHECK(details.attempts == allowed + 1);
  CHECK(details.max_attempts == allowed);
  CHECK(contains(details.message, "was started 2 times and never finished"));
  CHECK(contains(details.message, "2 attempts are allowed"));
  CHECK_FALSE(contains(details.to_string(), "secret"));
}

}  // namespace

TEST_CASE("a poisoned activity fails with a text that says which, and how often, and no input",
          "[poison][activities][same-process]") {
  Scenario s(EVERY_BACKEND, without_child, without_workers(failing()));
  s.start("i", "Calls", std::string("secret"));
  Victim(s.engine_store()).take_activities("secret");
  const Workers workers(s, failing());
  const auto details = s.failure_of("i");
  check_poison(details, ErrorKind::poisoned_activity);
  CHECK(details.subject == "Crash");
  CHECK(contains(details.message, "activity Crash of instance i "));
  REQUIRE(details.chain.size() == 1);
  CHECK(details.chain[0] == ErrorOrigin{ErrorOrigin::Kind::activity, "Crash", "i", 1, 2});
}

TEST_CASE("a poisoned instance fails with a text that says which, and how often, and no input",
          "[poison][same-process]") {
  Scenario s(EVERY_BACKEND, with_child, failing());
  s.stop_runtime();
  s.start("i", "Child", std::string("secret"));
  Victim(s.engine_store()).take_turns("i");
  s.restart();
  const auto details = s.failure_of("i");
  check_poison(details, ErrorKind::poisoned_orchestration);
  CHECK(details.subject == "i");
  CHECK(contains(details.message, "a turn of instance i (Child) "));
}

TEST_CASE("one poisoned activity among many fails its caller",
          "[poison][activities][same-process]") {
  Scenario s(EVERY_BACKEND, without_child, without_workers(failing()));
  s.start("i", "ManyCalls");
  Victim(s.engine_store()).take_activities("bad", 5);
  const Workers workers(s, failing());
  check_poison(s.failure_of("i"), ErrorKind::poisoned_activity);
  const auto types = s.types("i");
  CHECK(std::count(types.begin(), types.end(), "ActivityFailed") == 1);
  CHECK(s.depths() == QueueDepths{});
}

TEST_CASE("a poisoned child fails its parent", "[poison][children][same-process]") {
  Scenario s(EVERY_BACKEND, without_child, failing());
  poison_child(s);
  s.restart(with_child);
  const auto details = s.failure_of("p");
  check_poison(details, ErrorKind::poisoned_orchestration);
  CHECK(details.subject == "p-child");
  CHECK(details.message == s.failure_of("p-child").message);
}

TEST_CASE("a poisoned activity fails its caller, and the two above that",
          "[poison][children][activities][same-process]") {
  Scenario s(EVERY_BACKEND, without_child, without_workers(failing()));
  s.start("top", "Grandparent");
  Victim(s.engine_store()).take_activities("secret");
  const Workers workers(s, failing());
  const auto details = s.failure_of("top");
  check_poison(details, ErrorKind::poisoned_activity);
  for (const char* instance : {"parent", "parent-child"}) {
    CHECK(s.failure_of(instance).message == details.message);
  }
  REQUIRE(details.chain.size() == 3);
  CHECK(details.chain[0].name == "Crash");
  CHECK(details.chain[1].instance == "parent-child");
  CHECK(details.chain[2].instance == "parent");
}

TEST_CASE("a child in quarantine: what its parent hears",
          "[poison][children][quarantine][same-process]") {
  Scenario s(EVERY_BACKEND, without_child, quarantining());
  poison_child(s);
  s.restart(with_child);
  const auto items = wait_for_quarantine(s);
  REQUIRE(items.size() == 1);
  CHECK(items[0].instance_id == "p-child");
  CHECK(contains(items[0].reason, "a turn of instance p-child (Child) was started 2 times"));
  CHECK_FALSE(contains(items[0].reason, "secret"));
  CHECK(s.client().get_status("p-child").value().is_running());
  CHECK(s.client().get_status("p").value().is_running());
  SECTION("its end, when it is cancelled") {
    REQUIRE(s.client().cancel_orchestration("p-child", "given up"));
    CHECK(s.wait("p-child").is_cancelled());
    const auto details = s.failure_of("p");
    CHECK_FALSE(details.is_cancelled());
    CHECK(contains(details.message, "given up"));
  }
  SECTION("its result, when it is released") {
    CHECK(ManagementClient(s.store()).release_from_quarantine("p-child").value() == 1);
    CHECK(s.wait("p").output() == "good after all: secret");
  }
  SECTION("nothing, when it is cancelled itself") {
    REQUIRE(s.client().cancel_orchestration("p", "enough"));
    CHECK(s.wait("p").is_cancelled());
    CHECK(s.wait("p-child").is_cancelled());
  }
  CHECK(ManagementClient(s.store()).list_quarantined().value().empty());
  CHECK(s.depths() == QueueDepths{});
}

TEST_CASE("an activity in quarantine is run when it is released",
          "[poison][quarantine][activities][same-process]") {
  Scenario s(EVERY_BACKEND, without_child, without_workers(quarantining()));
  s.start("i", "Calls", std::string("secret"));
  Victim(s.engine_store()).take_activities("secret");
  const Workers workers(s, quarantining());
  const auto items = wait_for_quarantine(s);
  REQUIRE(items.size() == 1);
  CHECK(items[0].activity_name == "Crash");
  CHECK(items[0].event_id == 2);
  CHECK(contains(items[0].reason, "activity Crash of instance i was started 2 times"));
  CHECK_FALSE(contains(items[0].reason, "secret"));
  CHECK(s.client().get_status("i").value().is_running());
  CHECK(ManagementClient(s.store()).release_from_quarantine("i").value() == 1);
  CHECK(s.wait("i").output() == "good after all: secret");
}

}  // namespace duroxide::poison_test
