// What facades tell a companion: its order, and how often the companion hears of it.

#include "client/acts.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

namespace duroxide::acts_test {

using namespace duroxide::client;

namespace {

/// An action that is told apart, and does nothing.
struct Marked {
  int teller = 0;
  int number = 0;

  void operator()(Calls& /*calls*/) const {}
};

}  // namespace

TEST_CASE("acts: a companion is told once of all that come until it has taken the last",
          "[client]") {
  Acts acts;
  CHECK(acts.push({Marked()}));
  CHECK_FALSE(acts.push({Marked()}));
  CHECK(acts.take());
  CHECK_FALSE(acts.push({Marked()}));
  CHECK(acts.take());
  CHECK(acts.take());
  CHECK_FALSE(acts.push({Marked()}));  // it has not seen yet that there was no more
  CHECK(acts.take());
  CHECK_FALSE(acts.take());
  CHECK(acts.push({Marked()}));
}

TEST_CASE("acts: what was not begun goes with its companion, and what comes later too",
          "[client]") {
  Acts acts;
  const auto held = std::make_shared<int>();
  const auto holding = [&held] { return Act{[held](Calls&) {}}; };
  (void)acts.push(holding());
  (void)acts.push(holding());
  CHECK(acts.take());
  (void)acts.push(holding());
  CHECK(held.use_count() == 3);
  acts.end();
  CHECK(held.use_count() == 1);
  CHECK_FALSE(acts.push(holding()));
  CHECK(held.use_count() == 1);
  CHECK_FALSE(acts.take());
}

TEST_CASE(
    "acts: without room only what is urgent is taken, and the companion is told of that alone",
    "[client][limits]") {
  Acts acts;
  const auto number_of = [](const std::optional<Act>& act) {
    return act ? act->action.target<Marked>()->number : -1;
  };
  const auto ordinary = [](int number) { return Act{Marked{0, number}}; };
  const auto urgent = [](int number) { return Act{Marked{0, number}, nullptr, false, true}; };
  CHECK(acts.push(ordinary(1)));
  (void)acts.push(ordinary(2));
  (void)acts.push(urgent(3));
  (void)acts.push(ordinary(4));
  SECTION("with room the order is that in which they came") {
    for (int i = 1; i <= 4; ++i) {
      CHECK(number_of(acts.take()) == i);
    }
    CHECK_FALSE(acts.take());
  }
  SECTION("without") {
    CHECK(number_of(acts.take()) == 1);
    CHECK(number_of(acts.take(false)) == 3);
    CHECK_FALSE(acts.take(false));
    CHECK_FALSE(acts.push(ordinary(5)));  // it looks by itself, once there is room
    CHECK(acts.push(urgent(6)));
    CHECK_FALSE(acts.push(urgent(7)));
    CHECK(number_of(acts.take(false)) == 6);
    CHECK(number_of(acts.take()) == 2);
    CHECK(number_of(acts.take()) == 4);
    CHECK(number_of(acts.take()) == 5);
    CHECK(number_of(acts.take()) == 7);
    CHECK_FALSE(acts.take());
    CHECK(acts.push(ordinary(8)));
  }
  SECTION("all that wait are taken at once at the end, and what is urgent is not among them") {
    CHECK(number_of(acts.take()) == 1);
    const auto all = acts.take_all();
    REQUIRE(all.size() == 2);
    CHECK(number_of(all[0]) == 2);
    CHECK(number_of(all[1]) == 4);
  }
}

TEST_CASE("acts: those of each thread are taken in its order, and none is lost",
          "[client][threads]") {
  constexpr int threads = 3;
  constexpr int each = 2'000;
  Acts acts;
  std::map<int, std::vector<int>> done;
  std::atomic<int> told = 0;
  std::vector<std::thread> tellers;
  for (int teller = 0; teller < threads; ++teller) {
    tellers.emplace_back([&, teller] {
      for (int i = 0; i < each; ++i) {
        if (acts.push({Marked{teller, i}})) {
          ++told;
          told.notify_one();
        }
      }
    });
  }
  int taken = 0;
  while (taken < threads * each) {
    told.wait(0);
    --told;
    while (const auto act = acts.take()) {
      const auto* const marked = act->action.target<Marked>();
      done[marked->teller].push_back(marked->number);
      ++taken;
    }
  }
  for (std::thread& teller : tellers) {
    teller.join();
  }
  for (const auto& [teller, numbers] : done) {
    REQUIRE(numbers.size() == each);
    for (int i = 0; i < each; ++i) {
      CHECK(numbers[static_cast<std::size_t>(i)] == i);
    }
  }
  CHECK(told == 0);
}

}  // namespace duroxide::acts_test
