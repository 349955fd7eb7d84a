// Activities that one of several runtimes has no code for.

#include <catch2/catch.hpp>

#include <string>

#include "provider/unregistered.hpp"

namespace duroxide::unregistered_work_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace duroxide::unregistered;
using namespace std::chrono_literals;

TEST_CASE("an activity that a runtime has no code for goes to another at once",
          "[registration][activities]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  Partner& first = *world.worker;
  auto second = make_partner(world);
  const auto refused = ask_for_work(world, first);
  const auto taken = ask_for_work(world, second);
  call(world, *world.dispatcher, "a", "Foreign");
  refuse(world, first, refused.value().at(0));
  REQUIRE(called_by(taken) == Instances{"a"});
  CHECK(taken.value().at(0).attempt_count == 1);
  CHECK_FALSE(waiting_for(world, "a"));

  SECTION("and others of this name are not offered to it again") {
    const auto own = ask_for_work(world, first);
    const auto others = ask_for_work(world, second);
    call(world, *world.dispatcher, "b", "Foreign");
    call(world, *world.dispatcher, "c", "Own");
    CHECK(called_by(own) == Instances{"c"});
    CHECK(called_by(others) == Instances{"b"});
    CHECK(others.value().at(0).attempt_count == 1);
  }
  SECTION("or waits until that has room") {
    call(world, *world.dispatcher, "b", "Foreign");
    call(world, *world.dispatcher, "c", "Own");
    CHECK(called_by(ask_for_work(world, first)) == Instances{"c"});
    CHECK(waiting_for(world, "b") == "registration of Foreign");
    SECTION("which it gets first") {
      call(world, *world.dispatcher, "d", "Own");
      CHECK(called_by(ask_for_work(world, second)) == Instances{"b", "d"});
      CHECK_FALSE(waiting_for(world, "b"));
    }
    SECTION("unless it is cancelled meanwhile") {
      CHECK(cancel(world, {2}, "b"));
      CHECK_FALSE(ask_for_work(world, second).answered());
    }
    SECTION("and if that leaves, everybody is asked again") {
      second.die();
      world.run();
      world.system.run_delayed();
      CHECK(called_by(ask_for_work(world, first)) == Instances{"a", "b"});
    }
  }
  second.die();
}

TEST_CASE("a long queue of activities that one runtime has no code for keeps no other waiting",
          "[registration][activities]") {
  World world(Backend::memory);
  Partner& first = *world.worker;
  auto second = make_partner(world);
  const auto refused = ask_for_work(world, first);
  const auto taken = ask_for_work(world, second);
  call(world, *world.dispatcher, "a", "Foreign");
  refuse(world, first, refused.value().at(0));
  REQUIRE(called_by(taken) == Instances{"a"});
  world.start("b");
  const auto item = ask_for_turns(world, *world.dispatcher, 1).value().at(0);
  auto ack = ack_of(item);
  constexpr std::uint64_t many = 3'000;
  for (std::uint64_t id = 2; id < 2 + many; ++id) {
    auto execute = activity(item, id);
    execute.name = "Foreign";
    ack.worker_items.push_back(std::move(execute));
  }
  world.ask<Done>(*world.dispatcher, ack).value();
  const auto own = ask_for_work(world, first);
  const auto others = ask_for_work(world, second);
  CHECK_FALSE(own.answered());
  CHECK(called_by(others).size() == 10);
  second.die();
}

TEST_CASE("an activity that no runtime has code for is held back and shown",
          "[registration][activities]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  Partner& first = *world.worker;
  auto second = make_partner(world);
  auto third = make_partner(world);
  const auto one = ask_for_work(world, first);
  const auto two = ask_for_work(world, second);
  call(world, *world.dispatcher, "a", "Nowhere");
  refuse(world, first, one.value().at(0));
  refuse(world, second, two.value().at(0));
  CHECK(waiting_for(world, "a") == "registration of Nowhere");
  const auto own = ask_for_work(world, first);
  CHECK_FALSE(own.answered());

  SECTION("until its delay is over") {
    pass_time(world, 1h);
    CHECK(called_by(own) == Instances{"a"});
    CHECK(own.value().at(0).attempt_count == 1);
  }
  SECTION("or another runtime starts, which gets it at once") {
    CHECK(called_by(ask_for_work(world, third)) == Instances{"a"});
    CHECK_FALSE(own.answered());
    CHECK_FALSE(waiting_for(world, "a"));
  }
  SECTION("or somebody asks for it to be tried again, by each of them") {
    const auto other = ask_for_work(world, second);
    CHECK(world.ask<Answer<std::uint64_t>>(*world.client, ReleaseFromQuarantine{"a"}).value() == 1);
    REQUIRE(called_by(own) == Instances{"a"});
    refuse(world, first, own.value().at(0));
    CHECK(called_by(other) == Instances{"a"});
  }
  second.die();
  third.die();
}

TEST_CASE("an activity is left only to those who take its tag",
          "[registration][activities][tags]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  Partner& first = *world.worker;
  auto second = make_partner(world);
  const auto refused = ask_for_work(world, first, TagFilter::any());
  const auto untagged = ask_for_work(world, second);
  call(world, *world.dispatcher, "a", "Draw", "gpu");
  refuse(world, first, refused.value().at(0));
  CHECK_FALSE(untagged.answered());
  CHECK(waiting_for(world, "a") == "registration of Draw");
  auto third = make_partner(world);
  CHECK(called_by(ask_for_work(world, third, TagFilter::only({"gpu"}))) == Instances{"a"});
  second.die();
  third.die();
}

TEST_CASE("a session goes to those who know its activities", "[registration][sessions]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  Partner& first = *world.worker;
  auto second = make_partner(world);

  SECTION("if who has it can run nothing of it") {
    const auto refused = ask_for_work(world, first);
    const auto taken = ask_for_work(world, second);
    call(world, *world.dispatcher, "a", "Foreign", none, "s");
    refuse(world, first, refused.value().at(0));
    CHECK(called_by(taken) == Instances{"a"});
    call(world, *world.dispatcher, "b", "Own", none, "s");
    CHECK_FALSE(ask_for_work(world, first).answered());  // the session is the other's now
    CHECK(called_by(ask_for_work(world, second)) == Instances{"b"});
  }
  SECTION("not while who has it works on something else of it") {
    const auto own = ask_for_work(world, first);
    call(world, *world.dispatcher, "a", "Own", none, "s");
    REQUIRE(called_by(own) == Instances{"a"});
    call(world, *world.dispatcher, "b", "Foreign", none, "s");
    const auto taken = ask_for_work(world, second);
    refuse(world, first, ask_for_work(world, first).value().at(0));
    CHECK_FALSE(taken.answered());
    CHECK(waiting_for(world, "b") == "registration of Foreign");
    world.complete(own.value().at(0), "done").value();
    const auto again = ask_for_work(world, first);
    pass_time(world, 1h);
    refuse(world, first, again.value().at(0));
    CHECK(called_by(taken) == Instances{"b"});
  }
  second.die();
}

}  // namespace duroxide::unregistered_work_test
