// Durable timers and external events.

#include "scenario.hpp"

namespace duroxide::timers_events_test {

using namespace duroxide::scenario;

namespace {

Task<std::string> timers(OrchestrationContext context) {
  const Timestamp before = context.utc_now();
  co_await when_all(context.schedule_timer(20ms), context.schedule_timer(0ms),
                    context.schedule_timer(5ms));
  const Timestamp after = context.utc_now();
  co_return after - before >= 20ms ? "late enough" : "too early";
}

/// Waits for so many events and joins their data.
Task<std::string> collect(OrchestrationContext context, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) {
    all += co_await context.wait_for_external_event("E");
  }
  co_return all;
}

/// One event for each execution.
Task<std::string> collect_across(OrchestrationContext context, std::string so_far) {
  const std::string event = co_await context.wait_for_external_event("E");
  so_far += event;
  if (so_far.size() < 4) {
    co_await context.continue_as_new(so_far);
  }
  co_return so_far;
}

/// Events are raised while an activity runs: before the wait for them, in the same execution.
Task<std::string> early(OrchestrationContext context) {
  co_await context.schedule_activity("WaitAtGate");
  const std::string first = co_await context.wait_for_external_event("E");
  const std::string second = co_await context.wait_for_external_event("E");
  co_return first + second;
}

Task<std::string> event_or_timeout(OrchestrationContext context, std::int64_t milliseconds) {
  auto event = context.wait_for_external_event("E");
  auto timer = context.schedule_timer(Milliseconds(milliseconds));
  const auto first = co_await when_any(std::move(event), std::move(timer));
  co_return first.index() == 0 ? std::get<0>(first) : "timeout";
}

struct Registrations {
  std::shared_ptr<Gate> gate = std::make_shared<Gate>();

  void operator()(Runtime& runtime) const {
    runtime.register_orchestration("Timers", timers)
        .register_orchestration("Collect", collect)
        .register_orchestration("CollectAcross", collect_across)
        .register_orchestration("Early", early)
        .register_orchestration("EventOrTimeout", event_or_timeout)
        .register_activity("WaitAtGate", [gate = gate] { gate->wait(); });
  }
};

}  // namespace

TEST_CASE("timers fire, and not before their time", "[timers]") {
  Scenario s(EVERY_BACKEND, Registrations());
  CHECK(s.run("i", "Timers").output() == "late enough");
  CHECK(s.depths() == QueueDepths{});
}

TEST_CASE("a timer outlives the runtime", "[timers][restart]") {
  Scenario s(EVERY_BACKEND, Registrations());
  s.start("i", "EventOrTimeout", 100);
  s.restart();
  CHECK(s.wait("i").output() == "timeout");
}

TEST_CASE("events in the order in which they were raised", "[events]") {
  Scenario s(EVERY_BACKEND, Registrations(),
             RuntimeOptions().max_resident_instances(GENERATE(0U, 100U)));
  s.start("i", "Collect", 5);
  for (const char* data : {"a", "b", "c", "d", "e"}) {
    s.raise("i", "E", std::string(data));
  }
  CHECK(s.wait("i").output() == "abcde");
}

TEST_CASE("events that come before their wait are kept", "[events][same-process]") {
  const Registrations registrations;
  Scenario s(EVERY_BACKEND, registrations);
  s.start("i", "Early");
  s.raise("i", "E", std::string("1"));
  s.raise("i", "Other", std::string("x"));
  s.raise("i", "E", std::string("2"));
  registrations.gate->open();
  CHECK(s.wait("i").output() == "12");
}

TEST_CASE("events are kept across continue-as-new, in order", "[events][continue-as-new]") {
  Scenario s(EVERY_BACKEND, Registrations(),
             RuntimeOptions().max_resident_instances(GENERATE(0U, 100U)));
  s.start("i", "CollectAcross");
  for (const char* data : {"a", "b", "c", "d"}) {
    s.raise("i", "E", std::string(data));
  }
  CHECK(s.wait("i").output() == "abcd");
  CHECK(ManagementClient(s.store()).list_executions("i").value().size() == 4);
}

TEST_CASE("an event before the first turn", "[events][starts]") {
  const Registrations registrations;
  Scenario s(EVERY_BACKEND, registrations);
  s.stop_runtime();
  s.start("i", "Collect", 1);
  s.raise("i", "E", std::string("early"));
  s.start_runtime();
  CHECK(s.wait("i").output() == "early");
}

TEST_CASE("an event or a timeout: the loser is cancelled in the store",
          "[timers][events][combinators][cancellation]") {
  Scenario s(EVERY_BACKEND, Registrations());
  s.start("i", "EventOrTimeout", 3'600'000);
  s.raise("i", "E", std::string("in time"));
  CHECK(s.wait("i").output() == "in time");
  CHECK(s.depths() == QueueDepths{});
  CHECK(s.run("j", "EventOrTimeout", 1).output() == "timeout");
}

TEST_CASE("events for nobody are refused", "[events][messages]") {
  Scenario s(EVERY_BACKEND, Registrations());
  CHECK(s.client().raise_event("nobody", "E").error().kind ==
        ClientError::Kind::instance_not_found);
  s.run("i", "Timers");
  CHECK(s.client().raise_event("i", "E").error().kind == ClientError::Kind::instance_finished);
}

}  // namespace duroxide::timers_events_test
