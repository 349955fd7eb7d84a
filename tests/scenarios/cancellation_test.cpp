// Cancellation by a client, and of what nobody waits for any more.

#include "scenario.hpp"

using namespace duroxide;
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

struct Registrations {
  std::shared_ptr<Gate> running = std::make_shared<Gate>();
  std::shared_ptr<Gate> gate = std::make_shared<Gate>();

  void operator()(Runtime& runtime) const {
    runtime.register_orchestration("Waits", waits_for_ever)
        .register_orchestration("Busy", busy)
        .register_orchestration("Race", race)
        .register_activity("Running", [running = running] { running->open(); })
        .register_activity("WaitAtGate", [gate = gate] { gate->wait(); });
  }
};

void check_cancelled(Scenario& s, const std::string& instance) {
  const auto status = s.wait(instance);
  INFO(status.to_string());
  CHECK(status.is_cancelled());
}

}  // namespace

TEST_CASE("a cancelled instance takes its child, its timer and its activity with it") {
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

TEST_CASE("cancelling again, or what is not there") {
  Scenario s(EVERY_BACKEND, Registrations());
  CHECK(s.client().cancel_orchestration("nobody").error().kind ==
        ClientError::Kind::instance_not_found);
  s.start("i", "Waits");
  REQUIRE(s.client().cancel_orchestration("i"));
  check_cancelled(s, "i");
  CHECK(s.client().cancel_orchestration("i").error().kind == ClientError::Kind::instance_finished);
}

TEST_CASE("an instance can be cancelled before its first turn") {
  Scenario s(EVERY_BACKEND, Registrations());
  s.stop_runtime();
  s.start("i", "Busy");
  REQUIRE(s.client().cancel_orchestration("i", "never mind"));
  s.start_runtime();
  check_cancelled(s, "i");
}

TEST_CASE("the losers of a race are cancelled in the store") {
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
