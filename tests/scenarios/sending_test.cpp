// Instances that raise events at others, fill their queues and cancel them.

#include <string>

#include "scenario.hpp"

namespace duroxide::sending_scenarios_test {

using namespace duroxide::scenario;

namespace {

constexpr ExternalEvent<int> answer{"Answer"};
constexpr EventQueue<std::string> letters{"Letters"};

/// Starts an instance, asks it, and waits for what it answers.
Task<int> asks(OrchestrationContext context, std::string whom) {
  context.schedule_orchestration("Answers", whom, context.instance_id());
  context.enqueue_event(whom, letters, std::string("how much?"));
  const int much = co_await context.wait_for_external_event(answer);
  context.cancel_instance(whom, "thank you");
  co_return much;
}

Task<std::string> answers(OrchestrationContext context, std::string whom) {
  const std::string letter = co_await context.dequeue_event(letters);
  context.raise_event(whom, answer, static_cast<int>(letter.size()));
  std::string more = co_await context.dequeue_event(letters);
  co_return more;
}

/// To nobody that there is.
Task<std::string> shouts(OrchestrationContext context) {
  context.raise_event("nobody", "E", 1);
  context.enqueue_event("nobody", "Q", 1);
  context.cancel_instance("nobody");
  co_return "done";
}

void register_all(Runtime& runtime) {
  runtime.register_orchestration("Asks", asks)
      .register_orchestration("Answers", answers)
      .register_orchestration("Shouts", shouts);
}

}  // namespace

TEST_CASE("sending: two instances talk, and one cancels the other",
          "[events][queues][cancellation]") {
  Scenario s(EVERY_BACKEND, register_all,
             RuntimeOptions().max_resident_instances(GENERATE(0U, 100U)));
  CHECK(s.run("asker", "Asks", std::string("answerer")).output() == "9");
  const OrchestrationStatus status = s.wait("answerer");
  CHECK(status.is_cancelled());
  CHECK(status.error()->message == "thank you");
  CHECK(s.depths() == QueueDepths{});
}

TEST_CASE("sending: what is sent to nobody is lost, and the sender goes on", "[events][queues]") {
  Scenario s(EVERY_BACKEND, register_all);
  CHECK(s.run("i", "Shouts").output() == "done");
  CHECK(s.run("j", "Shouts").output() == "done");
  CHECK(s.depths() == QueueDepths{});
}

}  // namespace duroxide::sending_scenarios_test
