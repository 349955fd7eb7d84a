// Who has the next turn: instances that have begun, or those that have not.

#include <cstddef>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include <catch2/catch.hpp>

#include "conformance/values.hpp"
#include "engine/turn_lines.hpp"
#include "provider/world.hpp"

namespace duroxide::turn_lines_test {

using namespace duroxide::provider;
using namespace duroxide::storage;
using namespace duroxide::testing;

namespace {

void push(TurnLines& lines, TurnLine line, const std::vector<Number>& numbers) {
  for (const Number number : numbers) {
    lines.push({number, line});
  }
}

std::vector<Number> pop_all(TurnLines& lines) {
  std::vector<Number> popped;
  while (const auto next = lines.pop()) {
    popped.push_back(next->number);
  }
  return popped;
}

using Numbers = std::vector<Number>;

}  // namespace

TEST_CASE("lines of turns: those that have begun come first, each line in its order",
          "[turns][starts]") {
  TurnLines lines;
  push(lines, TurnLine::fresh, {10, 11});
  push(lines, TurnLine::begun, {1, 2});
  push(lines, TurnLine::fresh, {12});
  push(lines, TurnLine::begun, {3});
  CHECK(pop_all(lines) == Numbers{1, 2, 3, 10, 11, 12});
}

TEST_CASE("lines of turns: an instance waits once, in the line in which it came",
          "[turns][starts]") {
  TurnLines lines;
  push(lines, TurnLine::fresh, {10, 11});
  push(lines, TurnLine::begun, {1, 10, 1});
  CHECK(lines.contains(10));
  CHECK(pop_all(lines) == Numbers{1, 10, 11});
  CHECK_FALSE(lines.contains(10));
  push(lines, TurnLine::begun, {10});
  const auto again = lines.pop();
  REQUIRE(again);
  CHECK(again->line == TurnLine::begun);
}

TEST_CASE("lines of turns: a start has its turn however many messages there are",
          "[turns][starts]") {
  TurnLines lines;
  constexpr Number many = 3 * TurnLines::most_begun_in_a_row;
  for (Number number = 1; number <= many; ++number) {
    lines.push({number, TurnLine::begun});
  }
  SECTION("so many that have begun let it pass") {
    push(lines, TurnLine::fresh, {100, 101});
    CHECK(pop_all(lines) == Numbers{1,  2,  3,  4,   5,  6,  7,  100, 8,  9,  10, 11,
                                    12, 13, 14, 101, 15, 16, 17, 18,  19, 20, 21});
  }
  SECTION("but only those that had their turn while it waited") {
    for (Number number = 1; number <= TurnLines::most_begun_in_a_row + 1; ++number) {
      CHECK(lines.pop()->number == number);
    }
    push(lines, TurnLine::fresh, {100});
    CHECK(pop_all(lines) == Numbers{9, 10, 11, 12, 13, 14, 15, 100, 16, 17, 18, 19, 20, 21});
  }
}

TEST_CASE("lines of turns: neither line starves, whatever comes when", "[turns][starts]") {
  std::mt19937 random(GENERATE(range(1U, 21U)));
  const auto below = [&](std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
  };
  TurnLines lines;
  std::map<TurnLine, std::deque<Number>> expected;
  std::map<Number, std::size_t> pops_to_wait;  // at most, of those that wait
  Number next = 0;
  const std::size_t share_of_fresh = 1 + below(9);
  for (int step = 0; step < 2000; ++step) {
    if (below(5) < 3) {
      const TurnLine line = below(10) < share_of_fresh ? TurnLine::fresh : TurnLine::begun;
      lines.push({++next, line});
      expected[line].push_back(next);
      const std::size_t place = expected[line].size();
      // Seven of eight turns are left to the one line, one of eight to the other.
      constexpr std::size_t in_a_row = TurnLines::most_begun_in_a_row;
      pops_to_wait[next] =
          line == TurnLine::fresh ? place * (in_a_row + 1) : place + place / in_a_row + 1;
      continue;
    }
    const auto popped = lines.pop();
    CHECK(popped.has_value() != pops_to_wait.empty());
    if (!popped) {
      continue;
    }
    auto& line = expected[popped->line];
    REQUIRE_FALSE(line.empty());
    CHECK(popped->number == line.front());
    line.pop_front();
    pops_to_wait.erase(popped->number);
    bool all_in_time = true;
    for (auto& [number, left] : pops_to_wait) {
      all_in_time = all_in_time && left > 1;
      --left;
    }
    CHECK(all_in_time);
  }
}

// --- in the engine --------------------------------------------------------------------------------

namespace {

void begin(World& world, const std::string& id) {
  world.start(id);
  world.ack(ack_of(world.fetch_one(), {started_event()})).value();
}

std::vector<std::string> ids_of(const Items& items) {
  std::vector<std::string> ids;
  for (const auto& item : items) {
    ids.push_back(item.instance);
  }
  return ids;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("a message for what has begun has its turn before starts that came earlier",
          "[turns][starts]") {
  World world(Backend::memory);
  begin(world, "begun");
  world.start("fresh-1");
  world.start("fresh-2");
  world.raise("begun", "Go");
  CHECK(ids_of(world.fetch(10)) == Ids{"begun", "fresh-1", "fresh-2"});
}

TEST_CASE("a start has its turn however many messages for others wait", "[turns][starts]") {
  World world(Backend::memory);
  Ids begun;
  for (int i = 0; i < 10; ++i) {
    begun.push_back("begun-" + std::to_string(i));
    begin(world, begun.back());
  }
  world.start("fresh");
  for (const std::string& id : begun) {
    world.raise(id, "Go");
  }
  Ids expected = begun;
  expected.insert(expected.begin() + TurnLines::most_begun_in_a_row, "fresh");
  CHECK(ids_of(world.fetch(20)) == expected);
}

TEST_CASE("a child that is waited for goes with what has begun, as its parent does",
          "[turns][starts][children]") {
  World world(Backend::memory);
  begin(world, "parent");
  world.start("fresh");
  const auto start_child = [&](const std::string& id, std::uint64_t event_id) {
    work::StartOrchestration start = std::get<work::StartOrchestration>(start_item(id));
    start.parent = ParentLink{"parent", event_id == 0 ? 0U : 1U, event_id == 0 ? 7U : event_id};
    world.enqueue(start).value();
  };
  start_child("adopted", 0);  // by a client: the parent knows nothing of it
  start_child("child", 5);
  CHECK(ids_of(world.fetch(10)) == Ids{"child", "fresh", "adopted"});
}

TEST_CASE("a start that had to wait for the commit keeps its place behind what has begun",
          "[turns][starts][group_commit]") {
  World world(Backend::memory);
  begin(world, "begun");
  world.start("held");
  // A turn runs ahead of the batch, so that this closes with what else has come.
  const auto first = world.fetch_later(1);
  (void)world.client->ask<Done>(EnqueueOrchestratorWork{start_item("a"), {}, false});
  (void)world.client->ask<Done>(EnqueueOrchestratorWork{start_item("b"), {}, false});
  world.run();
  REQUIRE(first.answered());
  CHECK(ids_of(first.value()) == Ids{"held"});
  world.raise("begun", "Go");
  CHECK(ids_of(world.fetch(10)) == Ids{"begun", "a", "b"});
}

}  // namespace duroxide::turn_lines_test
