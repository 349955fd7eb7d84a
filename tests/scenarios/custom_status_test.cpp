// The custom status: what an instance says of itself, and who sees it when.

#include "scenario.hpp"

namespace duroxide::custom_status_test {

using namespace duroxide::scenario;

namespace {

/// Shows what it is told to, and gives all that it read of its own status.
Task<std::string> shows(OrchestrationContext context) {
  std::string seen;
  std::string text;
  while (text != "end") {
    text = co_await context.dequeue_event("Show");
    seen += context.custom_status().value_or("none") + ";";
    if (text == "clear") {
      context.reset_custom_status();
    } else if (text == "three") {
      context.set_custom_status("one");
      context.set_custom_status("two");
      context.set_custom_status("three");
    } else if (text == "fail") {
      throw std::runtime_error("as told");
    } else if (text != "end") {
      context.set_custom_status(text);
    }
  }
  co_return seen;
}

/// An execution that sets, one that reads and clears, and one that sets again.
Task<std::string> over_executions(OrchestrationContext context, std::string seen) {
  const auto execution = context.execution_id();
  seen += context.custom_status().value_or("none") + ";";
  co_await context.wait_for_external_event("Next");
  if (execution == 1) {
    context.set_custom_status("first");
  } else if (execution == 3) {
    seen += context.custom_status().value_or("none") + ";";
    context.reset_custom_status();
  } else if (execution == 4) {
    context.set_custom_status("fourth");
  }
  if (execution < 5) {
    co_await context.continue_as_new(seen);
  }
  co_return seen;
}

/// A status of so many bytes, after a short one.
Task<std::string> of_size(OrchestrationContext context, std::size_t bytes) {
  std::string outcome = "set";
  context.set_custom_status("short");
  co_await context.schedule_activity("Nothing");
  try {
    context.set_custom_status(std::string(bytes, 'x'));
  } catch (const OrchestrationError& error) {
    outcome = to_string(error.details().kind);
  }
  co_await context.schedule_activity("Nothing");
  co_return outcome + ", " + context.custom_status().value();
}

Task<> too_large(OrchestrationContext context) {
  context.set_custom_status("short");
  co_await context.schedule_activity("Nothing");
  context.set_custom_status("123456789");
}

void register_all(Runtime& runtime) {
  runtime.register_orchestration("Shows", shows)
      .register_orchestration("OverExecutions", over_executions)
      .register_orchestration("OfSize", of_size)
      .register_orchestration("TooLarge", too_large)
      .register_activity("Nothing", [] {});
}

RuntimeOptions any_residency() {
  return RuntimeOptions().max_resident_instances(GENERATE(0U, 100U));
}

void show(Scenario& s, const std::string& text) {
  REQUIRE(s.client().enqueue_event("i", "Show", text));
}

/// The next status beyond the version last seen.
OrchestrationStatus next(Scenario& s, std::uint64_t last_seen) {
  return s.client().wait_for_status_change("i", last_seen, ample).value();
}

}  // namespace

TEST_CASE("custom status: set, replaced and cleared, seen by whoever waits for a change",
          "[custom-status][waits]") {
  Scenario s(EVERY_BACKEND, register_all, any_residency());
  s.start("i", "Shows");
  CHECK(s.client().get_status("i").value().custom_status_version() == 0);
  show(s, "begun");
  auto status = next(s, 0);
  CHECK(status.is_running());
  CHECK(status.custom_status() == "begun");
  CHECK(status.custom_status_version() == 1);
  show(s, "half");
  status = next(s, 1);
  CHECK(status.custom_status() == "half");
  CHECK(status.custom_status_version() == 2);
  show(s, "clear");
  status = next(s, 2);
  CHECK_FALSE(status.custom_status());
  show(s, "three");
  status = next(s, 3);
  CHECK(status.custom_status() == "three");
  const auto last = status.custom_status_version();
  CHECK(last == 6);
  show(s, "end");
  status = next(s, last);
  CHECK(status.output() == "none;begun;half;none;three;");
  CHECK(status.custom_status() == "three");
  CHECK(status.custom_status_version() == last);
  CHECK(s.client().get_bulk_status({"i"}).value().at(0).second == status);
}

TEST_CASE("custom status: the code reads what it set, also after a restart",
          "[custom-status][restart]") {
  Scenario s(EVERY_BACKEND, register_all, any_residency());
  s.start("i", "Shows");
  show(s, "before");
  CHECK(next(s, 0).custom_status() == "before");
  s.restart();
  CHECK(s.client().get_status("i").value().custom_status() == "before");
  show(s, "after");
  CHECK(next(s, 1).custom_status() == "after");
  show(s, "end");
  CHECK(s.wait("i").output() == "none;before;after;");
}

TEST_CASE("custom status: it outlives a failure and a cancellation",
          "[custom-status][cancellation]") {
  Scenario s(EVERY_BACKEND, register_all, any_residency());
  const bool cancelled = GENERATE(false, true);
  s.start("i", "Shows");
  show(s, "last words");
  CHECK(next(s, 0).is_running());
  if (cancelled) {
    REQUIRE(s.client().cancel_orchestration("i", "enough"));
  } else {
    show(s, "fail");
  }
  const auto status = next(s, 1);
  CHECK(status.is_failed());
  CHECK(status.is_cancelled() == cancelled);
  CHECK(status.custom_status() == "last words");
  CHECK(status.custom_status_version() == 1);
}

TEST_CASE("custom status: it goes on with continue-as-new, and so does its version",
          "[custom-status][continue-as-new]") {
  Scenario s(EVERY_BACKEND, register_all, any_residency());
  s.start("i", "OverExecutions");
  s.raise("i", "Next");
  CHECK(next(s, 0).custom_status() == "first");
  s.raise("i", "Next");
  s.raise("i", "Next");
  auto status = next(s, 1);
  CHECK_FALSE(status.custom_status());
  CHECK(status.custom_status_version() == 2);
  s.raise("i", "Next");
  status = next(s, 2);
  CHECK(status.custom_status() == "fourth");
  CHECK(status.custom_status_version() == 3);
  s.raise("i", "Next");
  status = s.wait("i");
  CHECK(status.output() == "none;first;first;first;none;fourth;");
  CHECK(status.custom_status() == "fourth");
}

TEST_CASE("custom status: one byte below its limit, at it and above", "[custom-status][limits]") {
  const std::size_t limit = 8;
  Scenario s(EVERY_BACKEND, register_all, any_residency().max_custom_status_bytes(limit));
  CHECK(s.run("below", "OfSize", limit - 1).output() == "set, xxxxxxx");
  CHECK(s.run("at", "OfSize", limit).output() == "set, xxxxxxxx");
  CHECK(s.client().get_status("at").value().custom_status() == "xxxxxxxx");
  CHECK(s.run("above", "OfSize", limit + 1).output() == "limit exceeded, short");
  CHECK(s.client().get_status("above").value().custom_status() == "short");
  s.start("uncaught", "TooLarge");
  CHECK(s.failure_of("uncaught").kind == ErrorKind::limit_exceeded);
  CHECK(s.client().get_status("uncaught").value().custom_status() == "short");
}

}  // namespace duroxide::custom_status_test
