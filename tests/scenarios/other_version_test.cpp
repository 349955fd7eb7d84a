// A failed instance goes on in another version: `RewindOptions::version` and `ForkOptions::version`.

#include <duroxide/testing.hpp>

#include "scenario.hpp"

namespace duroxide::other_version_test {

using namespace duroxide::scenario;
using testkit::TestSystem;

namespace {

Task<std::string> broken(OrchestrationContext context, std::string input) {
  const std::string made = co_await context.schedule_activity("Make", input);
  throw ApplicationError("cannot go on with " + made);
}

Task<std::string> mended(OrchestrationContext context, std::string input) {
  const std::string made = co_await context.schedule_activity("Make", input);
  const std::string sent = co_await context.schedule_activity("Send", made);
  co_return sent + " by " + context.version();
}

Task<std::string> other(OrchestrationContext context, std::string input) {
  co_return co_await context.schedule_activity("Send", input);
}

void versions(Runtime& runtime) {
  runtime.register_versioned("O", "1.0.0", broken)
      .register_versioned("O", "1.1.0", mended)
      .register_versioned("O", "2.0.0", other)
      .register_activity("Make", [](const std::string& input) { return "made of " + input; })
      .register_activity("Send", [](const std::string& input) { return "sent, " + input; });
}

std::string version_in_history(TestSystem& test, const std::string& instance) {
  const auto history = test.history(instance);
  return std::get<event::OrchestrationStarted>(history.events().front().kind).version;
}

ManagementClient management(TestSystem& test) {
  return test.client().management().value();
}

void fail_in_first_version(TestSystem& test) {
  test.start("i", "O", std::string("wood"), StartOptions().version("1.0.0"));
  REQUIRE(test.status("i").error()->message == "cannot go on with made of wood");
}

}  // namespace

TEST_CASE("a failed instance is rewound onto a version that does not fail",
          "[restore][versioning][own-store]") {
  TestSystem test(versions);
  fail_in_first_version(test);
  RewindOptions options;
  options.version = "1.1.0";
  REQUIRE(management(test).rewind_instance("i", options));
  CHECK(test.wait("i").output() == "sent, made of wood by 1.1.0");
  CHECK(version_in_history(test, "i") == "1.1.0");
  CHECK(management(test).get_instance_info("i").value().orchestration_version == "1.1.0");
  CHECK(management(test).verify().value().is_clean());
}

TEST_CASE("a copy of a failed instance goes on in another version",
          "[restore][versioning][own-store]") {
  TestSystem test(versions);
  fail_in_first_version(test);
  ForkOptions options;
  options.version = "1.1.0";
  REQUIRE(management(test).fork_instance("i", "copy", options));
  CHECK(test.wait("copy").output() == "sent, made of wood by 1.1.0");
  CHECK(version_in_history(test, "copy") == "1.1.0");
  CHECK(version_in_history(test, "i") == "1.0.0");
  CHECK(test.status("i").is_failed());
  CHECK(management(test).verify().value().is_clean());
}

TEST_CASE("a version that does something else fails as any code that does not fit its history",
          "[restore][versioning][nondeterminism][own-store]") {
  TestSystem test(versions);
  fail_in_first_version(test);
  RewindOptions options;
  options.version = "2.0.0";
  options.event_id = 3;
  REQUIRE(management(test).rewind_instance("i", options));
  CHECK(test.wait("i").error()->kind == ErrorKind::nondeterminism);
  options.version = "1.1.0";
  REQUIRE(management(test).rewind_instance("i", options));
  CHECK(test.wait("i").output() == "sent, made of wood by 1.1.0");
}

TEST_CASE("a version that nobody has is waited for, and what is no version is refused",
          "[restore][versioning][registration][own-store]") {
  TestSystem test(versions);
  fail_in_first_version(test);
  RewindOptions options;
  options.version = "one";
  const auto refused = management(test).rewind_instance("i", options);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ClientError::Kind::invalid_input);
  ForkOptions copied;
  copied.version = "one";
  CHECK(management(test).fork_instance("i", "copy", copied).error().kind ==
        ClientError::Kind::invalid_input);
  CHECK(test.status("i").is_failed());
  options.version = "3.0.0";
  REQUIRE(management(test).rewind_instance("i", options));
  CHECK(test.waits_for("i") == "waiting for registration of orchestration O 3.0.0");
}

}  // namespace duroxide::other_version_test
