// What every provider must do with the tags of activities.

#include <catch2/catch.hpp>

#include "conformance/work_steps.hpp"
#include "conformance/world.hpp"

namespace duroxide::conformance_tags_test {

using namespace duroxide::provider;
using namespace duroxide::conformance;

TEST_CASE("a fetch is given what its filter accepts, oldest first", "[conformance][tags]") {
  World world(DUROXIDE_EVERY_STORE);
  schedule(world, {{2, "gpu"}, {3}, {4, "cpu"}, {5, "gpu"}, {6}});
  SECTION("untagged") {
    CHECK(ids_of(ask_for_work(world, *world.worker)) == CallIds{3, 6});
    CHECK_FALSE(ask_for_work(world, *world.worker).answered());
  }
  SECTION("only some tags") {
    CHECK(ids_of(ask_for_work(world, *world.worker, TagFilter::only({"gpu", "none"}))) ==
          CallIds{2, 5});
  }
  SECTION("several tags in one order") {
    CHECK(ids_of(ask_for_work(world, *world.worker, TagFilter::only({"cpu", "gpu"}))) ==
          CallIds{2, 4, 5});
  }
  SECTION("untagged and some tags") {
    CHECK(ids_of(ask_for_work(world, *world.worker, TagFilter::untagged_and({"cpu"}))) ==
          CallIds{3, 4, 6});
  }
  SECTION("any") {
    CHECK(ids_of(ask_for_work(world, *world.worker, TagFilter::any(), 2)) == CallIds{2, 3});
    CHECK(ids_of(ask_for_work(world, *world.worker, TagFilter::any())) == CallIds{4, 5, 6});
  }
  SECTION("none") {
    CHECK_FALSE(ask_for_work(world, *world.worker, TagFilter::none()).answered());
  }
}

TEST_CASE("parked fetches wait for their own tags", "[conformance][tags]") {
  World world(DUROXIDE_EVERY_STORE);
  auto other = make_partner(world);
  const auto gpu = ask_for_work(world, *world.worker, TagFilter::only({"gpu"}));
  const auto plain = ask_for_work(world, other);
  schedule(world, {{2}});
  CHECK_FALSE(gpu.answered());
  CHECK(ids_of(plain) == CallIds{2});
  schedule(world, {{3, "gpu"}, {4, "nobody"}}, "b");
  CHECK(ids_of(gpu) == CallIds{3});
  CHECK(gpu.value().at(0).item.tag == "gpu");
  other.die();
}

TEST_CASE("what a holder gives back is first in its lane", "[conformance][tags]") {
  World world(DUROXIDE_EVERY_STORE);
  schedule(world, {{2, "gpu"}, {3, "gpu"}, {4}});
  CHECK(ids_of(ask_for_work(world, *world.worker, TagFilter::any(), 1)) == CallIds{2});
  world.ask<Done>(*world.worker, ReleaseHolder{}).value();
  const auto again = ask_for_work(world, *world.worker, TagFilter::only({"gpu"}));
  CHECK(ids_of(again) == CallIds{2, 3});
  CHECK(again.value().at(0).attempt_count == 1);
  // An abandoned one keeps its tag, also through a delay.
  const auto tokens = std::pair(again.value().at(0).lock_token, again.value().at(1).lock_token);
  abandon_work(world, tokens.first).value();
  abandon_work(world, tokens.second, Milliseconds{5000}).value();
  CHECK(ids_of(ask_for_work(world, *world.worker)) == CallIds{4});
  CHECK_FALSE(ask_for_work(world, *world.worker).answered());
  pass_time(world, Milliseconds{5000});
  auto other = make_partner(world);
  CHECK(ids_of(ask_for_work(world, other, TagFilter::only({"gpu"}))) == CallIds{2, 3});
  other.die();
}

}  // namespace duroxide::conformance_tags_test
