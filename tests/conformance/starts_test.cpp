// What every provider must do with a start of an id that may be taken: tell which it was, and refuse
// another start than the one that took it, if that was asked for.

#include <catch2/catch.hpp>

#include "conformance/world.hpp"

namespace duroxide::conformance_starts_test {

using namespace duroxide::provider;
using namespace duroxide::conformance;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;

namespace {

struct Starts {
  World world{DUROXIDE_EVERY_STORE};

  Answer<StartedOrFound> start(const std::string& input, bool same_input,
                               const std::optional<std::string>& version = {},
                               const std::string& orchestration = "Order") {
    StartOrFind request;
    request.start.instance = "a";
    request.start.orchestration = orchestration;
    request.start.input = input;
    request.start.version = version;
    request.same_input = same_input;
    return world.ask<Answer<StartedOrFound>>(*world.client, request);
  }
  bool is_refused(const Answer<StartedOrFound>& answer) {
    if (answer) {
      return false;
    }
    CHECK(answer.error().kind == Kind::instance_already_exists);
    CHECK_FALSE(answer.error().message.empty());
    return true;
  }
};

}  // namespace

TEST_CASE("a start tells whether it has created the instance", "[conformance][starts]") {
  Starts f;
  CHECK(f.start("tea", false).value().created);
  CHECK_FALSE(f.start("tea", false).value().created);
  CHECK_FALSE(f.start("coffee", false).value().created);  // whatever it was started with
  const auto item = f.world.fetch_one();
  REQUIRE(item.messages.size() == 1);
  CHECK(std::get<work::StartOrchestration>(item.messages[0]).input == "tea");
  f.world.ack(complete_of(item)).value();
  CHECK_FALSE(f.start("tea", false).value().created);
}

TEST_CASE("two starts in one commit: one has created it", "[conformance][starts]") {
  Starts f;
  StartOrFind request;
  request.start.instance = "a";
  request.start.orchestration = "Order";
  const auto first = f.world.client->ask<Answer<StartedOrFound>>(request);
  const auto second = f.world.client->ask<Answer<StartedOrFound>>(request);
  f.world.run();
  CHECK(first.answer().value().created);
  CHECK_FALSE(second.answer().value().created);
}

TEST_CASE("a start that wants the same input refuses another one",
          "[conformance][starts][management]") {
  Starts f;
  CHECK(f.start("tea", true).value().created);
  CHECK_FALSE(f.start("tea", true).value().created);
  CHECK(f.is_refused(f.start("coffee", true)));
  CHECK(f.is_refused(f.start("tea", true, {}, "Other")));
  CHECK(f.is_refused(f.start("tea", true, "1.0.0")));
  f.world.ack(continue_of(f.world.fetch_one(), "coffee")).value();
  SECTION("the next execution has another input") {
    CHECK_FALSE(f.start("tea", true).value().created);
    CHECK(f.is_refused(f.start("coffee", true)));
  }
  SECTION("the first execution was pruned") {
    f.world.ack(complete_of(f.world.fetch_one())).value();
    PruneOptions options;
    options.keep_last = 1;
    REQUIRE(f.world.manage<management::PruneExecutions::Response>(
        management::PruneExecutions{"a", options}));
    CHECK_FALSE(f.start("tea", true).value().created);
    CHECK(f.is_refused(f.start("coffee", true)));
  }
}

TEST_CASE("a start that names a version wants that one", "[conformance][starts][versioning]") {
  Starts f;
  const bool named = GENERATE(true, false);
  CHECK(f.start("tea", true, named ? std::optional<std::string>("1.0.0") : std::nullopt)
            .value()
            .created);
  auto ack = ack_of(f.world.fetch_one(), {started_event("Order")});
  ack.metadata.orchestration_name = "Order";
  ack.metadata.orchestration_version = "1.0.0";
  f.world.ack(ack).value();
  CHECK_FALSE(f.start("tea", true, "1.0.0").value().created);
  CHECK_FALSE(f.start("tea", true).value().created);
  CHECK(f.is_refused(f.start("tea", true, "2.0.0")));
}

TEST_CASE("what a fork was started with is not known",
          "[conformance][starts][restore][management]") {
  Starts f;
  CHECK(f.start("tea", true).value().created);
  f.world.ack(ack_of(f.world.fetch_one(), {started_event("Order")})).value();
  REQUIRE(f.world.manage<management::ForkInstance::Response>(
      management::ForkInstance{"a", "b", ForkOptions()}));
  StartOrFind request;
  request.start.instance = "b";
  request.start.orchestration = "Order";
  request.start.input = "tea";
  CHECK_FALSE(f.world.ask<Answer<StartedOrFound>>(*f.world.client, request).value().created);
  request.same_input = true;
  const auto refused = f.world.ask<Answer<StartedOrFound>>(*f.world.client, request);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::instance_already_exists);
  CHECK_FALSE(refused.error().message.empty());
}

namespace {

Answer<StartedOrFound> replace(World& world, const std::string& instance) {
  StartOrFind request;
  request.start.instance = instance;
  request.start.orchestration = "Other";
  request.start.input = "anew";
  request.replace = true;
  return world.ask<Answer<StartedOrFound>>(*world.client, request);
}

}  // namespace

TEST_CASE("a start in place ends what runs, takes its place and forgets it",
          "[conformance][starts][terminate]") {
  World world(DUROXIDE_EVERY_STORE);
  CHECK_FALSE(replace(world, "a").value().replaced);
  const auto first = world.fetch_one();
  auto ack = ack_of(first, {started_event("Other"), scheduled_event(2)});
  ack.worker_items = {activity(first, 2)};
  world.ack(ack).value();
  const auto waiting = world.client->ask<Answer<OrchestrationStatus>>(WaitForStatus{"a", 1});
  world.run();
  const auto replaced = replace(world, "a").value();
  CHECK(replaced.replaced);
  CHECK(replaced.created);
  REQUIRE(waiting.answered());
  CHECK(waiting.value().is_not_found());
  CHECK(world.history("a").empty());
  const auto item = world.fetch_one();
  REQUIRE(item.messages.size() == 1);
  CHECK(std::get<work::StartOrchestration>(item.messages[0]).input == "anew");
  world.ack(complete_of(item)).value();
  CHECK(world.status("a").is_completed());
  CHECK(replace(world, "a").value().replaced);  // also one that has ended
  CHECK(world.status("a").is_running());
}

TEST_CASE("the turn of an instance that a start has replaced is refused",
          "[conformance][starts][turns]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  const auto item = world.fetch_one();
  REQUIRE(replace(world, "a"));
  CHECK(world.ack(complete_of(item)).error().kind == Kind::invalid_lock_token);
  const auto next = world.fetch_one();
  CHECK(std::get<work::StartOrchestration>(next.messages.at(0)).input == "anew");
}

TEST_CASE("a start in place takes descendants along, and refuses a child that is waited for",
          "[conformance][starts][children]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("parent");
  Event scheduled = scheduled_event(2);
  scheduled.kind = event::SubOrchestrationScheduled{"Child", std::nullopt, "child", "input"};
  auto ack = ack_of(world.fetch_one(), {started_event("Order"), scheduled});
  ack.orchestrator_items = {start_item("child", "Child", ParentLink{"parent", 1, 2})};
  world.ack(ack).value();
  const auto refused = replace(world, "child");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::invalid_input);
  CHECK_FALSE(refused.error().message.empty());
  CHECK(replace(world, "parent").value().replaced);
  CHECK(world.status("child").is_not_found());
  CHECK(replace(world, "child").value().created);
}

TEST_CASE("a start in place takes the place of a child that nobody waits for any more",
          "[conformance][starts][children][management]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("parent");
  Event scheduled = scheduled_event(2);
  scheduled.kind = event::SubOrchestrationScheduled{"Child", std::nullopt, "child", "input"};
  auto ack = ack_of(world.fetch_one(), {started_event("Order"), scheduled});
  ack.orchestrator_items = {start_item("child", "Child", ParentLink{"parent", 1, 2})};
  world.ack(ack).value();
  REQUIRE_FALSE(replace(world, "child"));
  REQUIRE(world.manage<Done>(management::TerminateInstance{"parent", "enough"}));
  CHECK(replace(world, "child").value().replaced);
}

}  // namespace duroxide::conformance_starts_test
