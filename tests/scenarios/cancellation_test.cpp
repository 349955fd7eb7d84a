// Cancellation by a client, and of what nobody waits for any more.

#include <algorithm>

#include "scenario.hpp"

namespace duroxide::cancellation_test {

using namespace duroxide::scenario;

namespace {

Task<std::string> waits_for_ever(OrchestrationContext context) {
  co_return co_await context.wait_for_external_event("Never");
}

/// A child, a timer and an activity, all open, and a sign that they are.
Task<std::string> busy(OrchestrationContext context) {
  auto options = SubOrchestrationOptions().instance_id(context.instance_id() + "-child");
  auto child = context.schedule_sub_orchestration("Waits", std::string(), options);
  auto timer = context.schedule_timer(std::chrono::hours(1));
  auto activity = context.schedule_activity("WaitAtGate");
  co_await context.schedule_activity("Running");
  co_await when_all(std::move(child), std::move(timer), std::move(activity));
  co_return "cannot be";
}

/// The first of many wins; the others are dropped.
Task<std::string> race(OrchestrationContext context) {
  std::vector<DurableFuture<std::string>> runners;
  for (int i = 0; i < 40; ++i) {
    runners.push_back(context.schedule_activity("WaitAtGate"));
  }
  runners.push_back(context.schedule_sub_orchestration("Waits"));
  runners.push_back(context.schedule_activity("Running"));
  const auto first = co_await when_any(std::move(runners));
  co_return std::to_string(first.index);
}

/// Goes on in a second execution, and waits there.
Task<std::string> second_execution(OrchestrationContext context) {
  const bool is_first = context.execution_id() == 1;
  if (is_first) {
    co_await context.continue_as_new(std::string());
  }
  context.set_custom_status("in the second");
  co_return co_await context.wait_for_external_event("Never");
}

Task<std::string> many_children(OrchestrationContext context) {
  std::vector<DurableFuture<std::string>> children;
  for (int i = 0; i < 5; ++i) {
    auto options = SubOrchestrationOptions().instance_id("child-" + std::to_string(i));
    children.push_back(context.schedule_sub_orchestration("Waits", std::string(), options));
  }
  context.set_custom_status("waiting");
  co_await when_all(std::move(children));
  co_return "cannot be";
}

/// Gives its child up when it is told to, and goes on.
Task<std::string> drops_child(OrchestrationContext context) {
  {
    auto options = SubOrchestrationOptions().instance_id("child");
    auto dropped = context.schedule_sub_orchestration("Waits", std::string(), options);
    context.set_custom_status("waiting");
    co_await context.wait_for_external_event("Drop");
  }
  co_return co_await context.wait_for_external_event("Finish");
}

struct Registrations {
  std::shared_ptr<Gate> running = std::make_shared<Gate>();
  std::shared_ptr<Gate> gate = std::make_shared<Gate>();

  void operator()(Runtime& runtime) const {
    runtime.register_orchestration("Waits", waits_for_ever)
        .register_orchestration("Busy", busy)
        .register_orchestration("Race", race)
        .register_orchestration("SecondExecution", second_execution)
        .register_orchestration("ManyChildren", many_children)
        .register_orchestration("DropsChild", drops_child)
        .register_activity("Running", [running = running] { running->open(); })
        .register_activity("WaitAtGate", [gate = gate] { gate->wait(); });
  }
};

void check_cancelled(Scenario& s, const std::string& instance) {
  const auto status = s.wait(instance);
  INFO(status.to_string());
  CHECK(status.is_cancelled());
}

std::ptrdiff_t count(const std::vector<std::string>& types, const std::string& type) {
  return std::count(types.begin(), types.end(), type);
}

}  // namespace

TEST_CASE("a cancelled instance takes its child, its timer and its activity with it",
          "[cancellation][children][same-process]") {
  const Registrations registrations;
  Scenario s(EVERY_BACKEND, registrations, RuntimeOptions().worker_concurrency(4));
  s.start("i", "Busy");
  registrations.running->wait();
  REQUIRE(s.client().cancel_orchestration("i", "no longer wanted"));
  const auto details = s.failure_of("i");
  CHECK(details.kind == ErrorKind::cancelled);
  CHECK(details.message == "no longer wanted");
  check_cancelled(s, "i-child");
  CHECK(s.depths() == QueueDepths{});
  registrations.gate->open();  // the activity itself ends only now; nobody hears of it
}

TEST_CASE("cancelling again, or what is not there", "[cancellation]") {
  Scenario s(EVERY_BACKEND, Registrations());
  CHECK(s.client().cancel_orchestration("nobody").error().kind ==
        ClientError::Kind::instance_not_found);
  s.start("i", "Waits");
  REQUIRE(s.client().cancel_orchestration("i"));
  check_cancelled(s, "i");
  CHECK(s.client().cancel_orchestration("i").error().kind == ClientError::Kind::instance_finished);
}

TEST_CASE("an instance can be cancelled before its first turn", "[cancellation]") {
  Scenario s(EVERY_BACKEND, Registrations());
  s.stop_runtime();
  s.start("i", "Busy");
  REQUIRE(s.client().cancel_orchestration("i", "never mind"));
  s.start_runtime();
  check_cancelled(s, "i");
}

TEST_CASE("the losers of a race are cancelled in the store",
          "[cancellation][combinators][children][same-process]") {
  const Registrations registrations;
  Scenario s(EVERY_BACKEND, registrations, RuntimeOptions().worker_concurrency(64));
  CHECK(s.run("i", "Race").output() == "41");
  InstanceFilter filter;
  filter.parent_instance = "i";
  const auto children = ManagementClient(s.store()).list_instances(filter).value();
  REQUIRE(children.size() == 1);
  check_cancelled(s, children[0].instance_id);
  CHECK(s.depths() == QueueDepths{});
  registrations.gate->open();
}

TEST_CASE("an instance can be cancelled in its second execution",
          "[cancellation][continue-as-new]") {
  Scenario s(EVERY_BACKEND, Registrations());
  s.start("i", "SecondExecution");
  REQUIRE(s.client().wait_for_status_change("i", 0, ample));
  REQUIRE(s.client().cancel_orchestration("i", "no longer wanted"));
  const auto details = s.failure_of("i");
  CHECK(details.is_cancelled());
  CHECK(details.message == "no longer wanted");
  CHECK(s.types("i", 1).back() == "OrchestrationContinuedAsNew");
  CHECK(count(s.types("i", 1), "OrchestrationCancelRequested") == 0);
  CHECK(s.types("i", 2).back() == "OrchestrationFailed");
  CHECK(count(s.types("i", 2), "OrchestrationCancelRequested") == 1);
}

TEST_CASE("all children that are waited for are cancelled with their parent",
          "[cancellation][children]") {
  Scenario s(EVERY_BACKEND, Registrations());
  s.start("i", "ManyChildren");
  REQUIRE(s.client().wait_for_status_change("i", 0, ample));
  REQUIRE(s.client().cancel_orchestration("i", "enough"));
  check_cancelled(s, "i");
  for (int i = 0; i < 5; ++i) {
    check_cancelled(s, "child-" + std::to_string(i));
  }
  CHECK(s.depths() == QueueDepths{});
}

TEST_CASE("of several requests to cancel, the first counts", "[cancellation]") {
  Scenario s(EVERY_BACKEND, Registrations());
  const bool has_begun = GENERATE(false, true);
  if (has_begun) {
    s.start("i", "ManyChildren");
    REQUIRE(s.client().wait_for_status_change("i", 0, ample));
  }
  s.stop_runtime();
  if (!has_begun) {
    s.start("i", "ManyChildren");
  }
  for (const char* reason : {"first", "second", "third", "fourth", "fifth"}) {
    REQUIRE(s.client().cancel_orchestration("i", reason));
  }
  s.start_runtime();
  CHECK(s.failure_of("i").message == "first");
  CHECK(count(s.types("i"), "OrchestrationCancelRequested") == 1);
  CHECK(count(s.types("i"), "OrchestrationFailed") == 1);
  for (int i = 0; has_begun && i < 5; ++i) {
    check_cancelled(s, "child-" + std::to_string(i));
  }
  CHECK(s.depths() == QueueDepths{});
}

TEST_CASE("a child that the user cancels and its parent drops is cancelled once",
          "[cancellation][children]") {
  Scenario s(EVERY_BACKEND, Registrations());
  s.start("i", "DropsChild");
  REQUIRE(s.client().wait_for_status_change("i", 0, ample));
  s.stop_runtime();
  s.raise("i", "Drop");
  REQUIRE(s.client().cancel_orchestration("child", "by the user"));
  s.start_runtime();
  check_cancelled(s, "child");
  CHECK(count(s.types("child"), "OrchestrationCancelRequested") == 1);
  CHECK(count(s.types("child"), "OrchestrationFailed") == 1);
  CHECK(s.client().get_status("i").value().is_running());
  s.raise("i", "Finish", std::string("done"));
  CHECK(s.wait("i").output() == "done");
  CHECK(s.depths() == QueueDepths{});
}

}  // namespace duroxide::cancellation_test
