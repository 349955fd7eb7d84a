// Headers: whom they reach, and what they outlive.

#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>

#include <duroxide/duroxide.hpp>
#include <duroxide/testing.hpp>

namespace duroxide::headers_test {

using testkit::TestSystem;

namespace {

Headers sample() {
  return Headers().set("tenant", "blue").set("request", "7");
}

/// The tenant that it is told.
std::string tenant_of(const Headers& headers) {
  const std::string* tenant = headers.find("tenant");
  return tenant == nullptr ? "none" : *tenant;
}

Task<std::string> child(OrchestrationContext ctx) {
  const std::string own = tenant_of(ctx.headers());
  co_return own + "," + co_await ctx.schedule_activity("Tell");
}

Task<std::string> family(OrchestrationContext ctx, int round) {
  std::string all = tenant_of(ctx.headers());
  if (round == 0) {
    co_await ctx.continue_as_new(1);
  }
  all += "," + co_await ctx.schedule_activity("Tell");
  all += "," + co_await ctx.schedule_activity("TellLater");
  all += "," + co_await ctx.schedule_activity("TellPure");
  all += "," + co_await ctx.schedule_sub_orchestration("Child");
  ctx.schedule_orchestration("Child", "detached");
  co_return all;
}

ActivityTask<std::string> tell_later(ActivityContext& context) {
  const std::string tenant = tenant_of(context.headers());
  co_await context.sleep(std::chrono::seconds(1));
  co_return tenant;
}

void register_family(Runtime& runtime) {
  const auto tell = [](ActivityContext& context) { return tenant_of(context.headers()); };
  runtime.register_orchestration("Family", family)
      .register_orchestration("Child", child)
      .register_activity("Tell", tell)
      .register_activity("TellPure", tell, ActivityKind::pure)
      .register_activity("TellLater", tell_later);
}

}  // namespace

TEST_CASE("headers: they reach all executions, activities and children",
          "[headers][activities][children][continue-as-new]") {
  TestSystem test(register_family);
  const auto status = test.run("i", "Family", 0, StartOptions().header("tenant", "blue"));
  CHECK(status.output() == "blue,blue,blue,blue,blue,blue");
  CHECK(test.wait("detached").output() == "blue,blue");
  CHECK(test.history("i").one<event::OrchestrationStarted>().headers ==
        Headers().set("tenant", "blue"));
  CHECK_FALSE(test.history("i").one<event::ActivityScheduled>("Tell").headers);
  CHECK(test.run("other", "Family", 1).output() == "none,none,none,none,none,none");
}

TEST_CASE("headers: they outlive crashes, an export and a fork", "[headers][restart]") {
  TestSystem test(register_family);
  test.start("i", "Family", 1, StartOptions().headers(sample()));
  test.crash();
  REQUIRE(test.wait("i").output() == "blue,blue,blue,blue,blue,blue");
  auto management = test.client().management().value();
  const std::string json = test.exported("i");
  CHECK_THAT(json, Catch::Contains("\"headers\""));
  REQUIRE(management.fork_instance("i", "fork", ForkOptions()));
  CHECK(test.wait("fork").output() == "blue,blue,blue,blue,blue,blue");
  TestSystem other(register_family);
  REQUIRE(other.client().management().value().import_instance(json));
  CHECK(other.history("i").one<event::OrchestrationStarted>().headers == sample());
}

TEST_CASE("headers: what a rewind does again has them too", "[headers][restore]") {
  bool works = false;
  TestSystem test(register_family);
  test.register_orchestration("Strict", [](OrchestrationContext ctx) -> Task<std::string> {
    std::string told = co_await ctx.schedule_activity("Tell");
    told += "," + co_await ctx.schedule_activity("TellOrFail");
    co_return told;
  });
  test.register_activity("TellOrFail", [&works](ActivityContext& context) {
    if (!works) {
      throw std::runtime_error("broke");
    }
    return tenant_of(context.headers());
  });
  REQUIRE(test.run("i", "Strict", "", StartOptions().headers(sample())).is_failed());
  works = true;
  REQUIRE(test.client().management().value().rewind_instance("i"));
  CHECK(test.wait("i").output() == "blue,blue");
}

TEST_CASE("headers: a document with wrong ones is not read", "[headers]") {
  TestSystem test(register_family);
  REQUIRE(test.run("i", "Child", "", StartOptions().header("tenant", "blue")).is_completed());
  std::string json = test.exported("i");
  const auto at = json.find("\"tenant\"");
  REQUIRE(at != std::string::npos);
  json.replace(at, 8, "\"Tenant\"");
  const auto document = instance_from_json(json);
  REQUIRE_FALSE(document);
  CHECK_THAT(document.error().message, Catch::Contains("lower-case letters"));
}

TEST_CASE("headers: a start with wrong ones is refused", "[headers][starts][errors]") {
  TestSystem test(register_family);
  const auto started =
      test.client().start_orchestration("i", "Child", "", StartOptions().header("Tenant", "blue"));
  REQUIRE_FALSE(started);
  CHECK(started.error().kind == ClientError::Kind::invalid_input);
  CHECK(test.status("i").is_not_found());
}

}  // namespace duroxide::headers_test
