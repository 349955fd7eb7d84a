#include "neighbours.hpp"

#include <utility>

namespace duroxide::hostile {

namespace {

Task<std::string> good(OrchestrationContext context) {
  const std::string first = co_await context.schedule_activity("Echo", std::string("good"));
  const std::string second = co_await context.wait_for_external_event("Go");
  co_return first + " " + second;
}

}  // namespace

Register beside_good(Register bad) {
  return [bad = std::move(bad)](Runtime& runtime) {
    bad(runtime);
    runtime.register_orchestration("Good", good).register_activity("Echo", [](std::string input) {
      return input;
    });
  };
}

RuntimeOptions quiet() {
  return RuntimeOptions().log_sink([](const LogRecord&) {});
}

Neighbours::Neighbours(Scenario& scenario) : scenario_(scenario) {
  scenario_.start("neighbour", "Good");
}

void Neighbours::end_well() {
  scenario_.start("newcomer", "Good");
  for (const char* name : {"neighbour", "newcomer"}) {
    scenario_.raise(name, "Go", std::string("day"));
    CHECK(scenario_.wait(name).output() == "good day");
  }
  CHECK(scenario_.runtime().is_running());
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace duroxide::hostile
