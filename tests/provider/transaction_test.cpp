// What a request is applied to: how it is taken back, whole or in part.

#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "engine/transaction.hpp"
#include "provider/faulty_kv.hpp"
#include "support/expect_abort.hpp"

namespace duroxide::transaction_test {

using namespace duroxide::storage;
using duroxide::testing::FaultyKv;

namespace {

/// Nothing is committed here.
struct Host final : CommitTiming::Host {
  void commit_soon() override {}
  void tick_in(Milliseconds /*delay*/) override {}
};

struct Fixture {
  FaultyKv kv;
  Batch batch{kv};
  Host host;
  ManualClock clock;
  EngineOptions options;
  Memory memory{batch, Opening{}, std::make_shared<WaitingReasons>(), host, options};
  std::vector<std::string> told;
  Transaction transaction{batch, memory, clock, options, [this](const LogRecord& line) {
                            told.push_back(line.instance + ": " + line.message);
                          }};

  void set(const std::string& key) {
    batch.put(Table::inbox, key, "1");
    transaction.after_applied([this, key] { done += key; });
  }
  void apply() { transaction.carry_out_effects(); }
  std::string done;  ///< of the effects on memory
};

}  // namespace

TEST_CASE("a request that is refused does nothing to memory", "[kv]") {
  Fixture fixture;
  fixture.transaction.begin();
  fixture.set("a");
  fixture.transaction.take_out_old();
  fixture.transaction.undo();
  CHECK(fixture.batch.empty());
  fixture.apply();
  CHECK(fixture.done.empty());
  fixture.transaction.begin();
  CHECK_FALSE(fixture.transaction.makes_room());
  fixture.set("b");
  fixture.apply();
  CHECK(fixture.done == "b");
  fixture.apply();
  CHECK(fixture.done == "b");
}

TEST_CASE("an effect on memory may write of itself, with effects of its own", "[kv]") {
  Fixture fixture;
  fixture.transaction.begin();
  fixture.transaction.after_applied(
      [&] { fixture.transaction.write_of_itself([&] { fixture.set("inner"); }); });
  fixture.set("outer");
  fixture.apply();
  CHECK(fixture.done == "innerouter");
  fixture.transaction.begin();
  fixture.set("next");
  fixture.apply();
  CHECK(fixture.done == "innerouternext");
}

TEST_CASE("a request takes back what it has done to a damaged instance, and goes on", "[kv]") {
  Fixture fixture;
  fixture.transaction.begin();
  fixture.set("a");
  const auto damaged = fixture.transaction.unless_damaged("i", [&] {
    fixture.set("b");
    throw_corrupt(Table::inbox, "b", "no sense");
  });
  REQUIRE_FALSE(damaged);
  CHECK(damaged.error().what.find("no sense") != std::string::npos);
  REQUIRE(fixture.told.size() == 1);
  CHECK(fixture.told.front().find("i: ") == 0);
  CHECK(fixture.transaction.unless_damaged("j", [&] { fixture.set("c"); }));
  fixture.apply();
  CHECK(fixture.done == "ac");
  CHECK(fixture.batch.contains(Table::inbox, "a"));
  CHECK_FALSE(fixture.batch.contains(Table::inbox, "b"));
  CHECK_THROWS_AS(fixture.transaction.unless_damaged("k", [] { throw_invalid("not of damage"); }),
                  StorageFailure);
}

TEST_CASE("a request goes back to savepoints of its own", "[invariants][kv]") {
  Fixture fixture;
  fixture.transaction.begin();
  fixture.set("a");
  const auto point = fixture.transaction.savepoint();
  fixture.set("b");
  fixture.transaction.go_back_to(point);
  fixture.apply();
  CHECK(fixture.done == "a");
  CHECK_THAT(testing::words_of_abort([&] {
               fixture.transaction.begin();
               fixture.transaction.go_back_to(point);
             }),
             Catch::Contains("a request goes back to a savepoint of its own"));
}

TEST_CASE("a request leaves the rest to another after many rows, or some time", "[kv]") {
  Fixture fixture;
  fixture.options.bulk_rows = 2;
  fixture.transaction.begin();
  const Timestamp began = fixture.clock.now();
  fixture.set("a");
  CHECK_FALSE(fixture.transaction.has_done_enough(began));
  fixture.clock.advance(fixture.options.longest_bulk);
  CHECK(fixture.transaction.has_done_enough(began));
  fixture.set("b");
  CHECK(fixture.transaction.has_done_enough(fixture.clock.now()));
}

}  // namespace duroxide::transaction_test
