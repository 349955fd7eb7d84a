// Orchestrations that know no end: histories that grow, children of children, state without number.

#include <stdexcept>

#include "neighbours.hpp"

namespace duroxide::endless_test {

using namespace duroxide::hostile;

namespace {

Task<std::string> grows(OrchestrationContext context) {
  std::string last;
  while (true) {
    last = co_await context.schedule_activity("Echo", std::string("more"));
  }
  co_return last;
}

/// Each has a child, down to the depth that is asked for.
Task<int> has_children(OrchestrationContext context, int depth) {
  const int next = depth - 1;
  if (next < 0) {
    throw std::runtime_error("deep enough");
  }
  co_return co_await context.schedule_sub_orchestration<int>("HasChildren", next);
}

/// Asks for itself, by way of its own id.
Task<std::string> its_own_child(OrchestrationContext context) {
  const auto options = SubOrchestrationOptions().instance_id(context.instance_id());
  co_return co_await context.schedule_sub_orchestration("ItsOwnChild", std::string(), options);
}

Task<std::string> fills_its_state(OrchestrationContext context) {
  int i = 0;
  while (true) {
    context.set_value("key " + std::to_string(i++), i);
    context.set_custom_status(std::string(1000, 'x'));
  }
  co_await context.wait_for_external_event("Never");
  co_return "never";
}

Task<std::string> runs_in_circles(OrchestrationContext context, int round) {
  const int next = round + 1;
  if (round < 500) {
    co_await context.continue_as_new(next);
  }
  co_return "round " + std::to_string(round);
}

void register_endless(Runtime& runtime) {
  runtime.register_orchestration("Grows", grows)
      .register_orchestration("HasChildren", has_children)
      .register_orchestration("ItsOwnChild", its_own_child)
      .register_orchestration("FillsItsState", fills_its_state)
      .register_orchestration("RunsInCircles", runs_in_circles);
}

}  // namespace

TEST_CASE("a history that grows without end is ended by its limit, which says what to do",
          "[hostile][history][limits]") {
  Scenario s(EVERY_BACKEND, beside_good(register_endless), quiet().history_limit(200));
  Neighbours neighbours(s);
  s.start("i", "Grows");
  const auto details = s.failure_of("i");
  CHECK(details.kind == ErrorKind::limit_exceeded);
  CHECK_THAT(details.message, Catch::Contains("the limit is 200"));
  CHECK_THAT(details.message, Catch::Contains("continue as new"));
  CHECK(s.history("i").size() <= 210);
  neighbours.end_well();
}

TEST_CASE("children of children of children: the failure of the deepest reaches the first",
          "[hostile][children]") {
  Scenario s(EVERY_BACKEND, beside_good(register_endless), quiet());
  Neighbours neighbours(s);
  s.start("i", "HasChildren", 20);
  const auto details = s.failure_of("i");
  CHECK(details.message == "deep enough");
  CHECK(details.chain.size() == ErrorDetails::max_origins);
  neighbours.end_well();
}

TEST_CASE("an instance that would be its own child fails", "[hostile][children]") {
  Scenario s(EVERY_BACKEND, beside_good(register_endless), quiet());
  Neighbours neighbours(s);
  s.start("i", "ItsOwnChild");
  CHECK(s.failure_of("i").kind == ErrorKind::instance_already_exists);
  neighbours.end_well();
}

TEST_CASE("state without end is refused at its limit", "[hostile][values][limits]") {
  Scenario s(EVERY_BACKEND, beside_good(register_endless), quiet());
  Neighbours neighbours(s);
  s.start("i", "FillsItsState");
  CHECK(s.failure_of("i").kind == ErrorKind::limit_exceeded);
  neighbours.end_well();
}

TEST_CASE("an instance that continues as new again and again keeps nobody waiting",
          "[hostile][continue-as-new]") {
  Scenario s(EVERY_BACKEND, beside_good(register_endless), quiet());
  Neighbours neighbours(s);
  s.start("i", "RunsInCircles", 0);
  neighbours.end_well();
  CHECK(s.wait("i").output() == "round 500");
}

}  // namespace duroxide::endless_test
