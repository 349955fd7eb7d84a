// Every part of the language in the test system: crashes at every turn, and a replay of what was recorded.

#include <catch2/catch.hpp>

#include <duroxide/testing.hpp>

#include "scenarios/whole_language.hpp"

namespace duroxide::whole_language_test {

using namespace duroxide::scenario;
using testkit::TestOptions;
using testkit::TestSystem;

namespace {

/// Runs one orchestration to its end, and replays all that it has led to.
std::string run(TestSystem& test, const std::string& orchestration) {
  const auto flaky = make_flaky();
  const testkit::Registrations registrations = [flaky](Runtime& runtime) {
    register_whole_language(runtime, flaky);
  };
  test.register_all(registrations);
  if (orchestration == "State") {
    test.start("i", orchestration, 1);
  } else {
    test.start("i", orchestration);
  }
  const std::string end = test.wait("i").to_string();
  for (const auto& [instance, outcome] : test.outcomes()) {
    CAPTURE(instance);
    CHECK(testkit::replay_json(registrations, test.exported(instance)));
  }
  CHECK(test.client().management().value().verify().value().is_clean());
  return end;
}

}  // namespace

TEST_CASE(
    "crashes: the whole language comes to the same with a crash at every turn, and is replayed",
    "[test-system][replayer][restart]") {
  const TestOptions options = TestOptions().runtime(RuntimeOptions()
                                                        .max_resident_instances(0)
                                                        .worker_tags(TagFilter::any())
                                                        .log_sink([](const LogRecord&) {}));
  for (const auto& each : whole_language()) {
    const std::string& orchestration = each.first;
    CAPTURE(orchestration);
    const auto report = testkit::crash_at_every_turn(
        [&orchestration](TestSystem& test) { return run(test, orchestration); }, options);
    // An activity of this one sends messages, and sends them again if it runs again.
    CHECK(report.is_same() == (orchestration != "State"));
    CHECK(report.undisturbed() == each.second);
    CHECK(report.turns() > 0);
  }
}

}  // namespace duroxide::whole_language_test
