// What every provider must do with sessions: one holder at a time is given their activities.

#include <catch2/catch.hpp>

#include "conformance/work_steps.hpp"
#include "conformance/world.hpp"

namespace duroxide::conformance_sessions_test {

using namespace duroxide::provider;
using namespace duroxide::conformance;

namespace {

constexpr auto none = std::nullopt;

}  // namespace

TEST_CASE("the first activity of a session binds it to who takes it", "[conformance][sessions]") {
  World world(DUROXIDE_EVERY_STORE);
  auto other = make_partner(world);
  schedule(world, {{2, none, "s"}, {3, none, "s"}, {4, none, "t"}, {5}, {6, none, "s"}});
  CHECK(ids_of(ask_for_work(world, *world.worker, {}, 1)) == CallIds{2});
  CHECK(ids_of(ask_for_work(world, other)) == CallIds{4, 5});
  const auto waiting = ask_for_work(world, other);
  CHECK_FALSE(waiting.answered());

  SECTION("more of it goes to the same holder") {
    CHECK(ids_of(ask_for_work(world, *world.worker)) == CallIds{3, 6});
    CHECK_FALSE(waiting.answered());
  }
  SECTION("until the holder lets go of it") {
    world.worker->send(ReleaseSessions{{"t", "s"}});  // `t` is not its own
    world.run();
    CHECK(ids_of(waiting) == CallIds{3, 6});
    schedule(world, {{7, none, "t"}, {8, none, "s"}}, "b");
    CHECK_FALSE(ask_for_work(world, *world.worker).answered());
    CHECK(ids_of(ask_for_work(world, other)) == CallIds{7, 8});
  }
  SECTION("or releases everything") {
    world.ask<Done>(*world.worker, ReleaseHolder{}).value();
    CHECK(ids_of(waiting) == CallIds{2, 3, 6});
  }
  SECTION("or ends") {
    world.worker->die();
    world.run();
    world.system.run_delayed();
    CHECK(ids_of(waiting) == CallIds{2, 3, 6});
  }
  other.die();
}

TEST_CASE("a session stays bound while nothing of it waits", "[conformance][sessions]") {
  World world(DUROXIDE_EVERY_STORE);
  auto other = make_partner(world);
  schedule(world, {{2, none, "s"}});
  const auto first = ask_for_work(world, *world.worker).value().at(0);
  world.complete(first, "r").value();
  const auto waiting = ask_for_work(world, other);
  schedule(world, {{3, none, "s"}}, "b");
  CHECK_FALSE(waiting.answered());
  CHECK(ids_of(ask_for_work(world, *world.worker)) == CallIds{3});
  other.die();
}

TEST_CASE("saturated sessions are passed over", "[conformance][sessions]") {
  World world(DUROXIDE_EVERY_STORE);
  schedule(world, {{2, none, "s"}, {3, none, "s"}, {4, none, "t"}, {5, none, "u"}, {6}});
  CHECK(ids_of(ask_for_work(world, *world.worker, {}, 1)) == CallIds{2});
  // `s` is bound to it, `t` to nobody.
  CHECK(ids_of(ask_for_work(world, *world.worker, {}, 10, {"s", "t"})) == CallIds{5, 6});
  CHECK_FALSE(ask_for_work(world, *world.worker, {}, 10, {"s", "t"}).answered());
  CHECK(ids_of(ask_for_work(world, *world.worker)) == CallIds{3, 4});
}

TEST_CASE("a session goes together with tags", "[conformance][sessions][tags]") {
  World world(DUROXIDE_EVERY_STORE);
  auto other = make_partner(world);
  schedule(world, {{2, "gpu", "s"}, {3, none, "s"}, {4, "gpu", "t"}, {5, "gpu"}});
  CHECK(ids_of(ask_for_work(world, *world.worker, {}, 10)) == CallIds{3});
  // The binding is for the session as a whole, whatever tag.
  CHECK(ids_of(ask_for_work(world, other, TagFilter::only({"gpu"}))) == CallIds{4, 5});
  CHECK(ids_of(ask_for_work(world, *world.worker, TagFilter::any())) == CallIds{2});
  other.die();
}

TEST_CASE("a session's activity that is given back stays with its holder",
          "[conformance][sessions]") {
  World world(DUROXIDE_EVERY_STORE);
  auto other = make_partner(world);
  schedule(world, {{2, none, "s"}, {3, none, "s"}});
  const auto item = ask_for_work(world, *world.worker, {}, 1).value().at(0);
  abandon_work(world, item.lock_token).value();
  CHECK_FALSE(ask_for_work(world, other).answered());
  CHECK(ids_of(ask_for_work(world, *world.worker)) == CallIds{3, 2});
  other.die();
}

TEST_CASE("cancelled rows of a session bind nobody", "[conformance][sessions][cancellation]") {
  World world(DUROXIDE_EVERY_STORE);
  auto other = make_partner(world);
  schedule(world, {{2, none, "s"}});
  cancel(world, {2}).value();
  const auto waiting = ask_for_work(world, *world.worker);
  schedule(world, {{3, none, "t"}}, "b");
  CHECK(ids_of(waiting) == CallIds{3});
  schedule(world, {{4, none, "s"}}, "c");
  CHECK(ids_of(ask_for_work(world, other)) == CallIds{4});
  other.die();
}

}  // namespace duroxide::conformance_sessions_test
