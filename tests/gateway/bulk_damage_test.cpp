// What commands do on a store in which instances are damaged, or that fails: tables in memory that do
// so when they are told to.

#include <memory>
#include <string>

#include "engine/opening.hpp"
#include "gateway/command_fixture.hpp"
#include "provider/faulty_kv.hpp"
#include "provider/start_store.hpp"
#include "storage/keys.hpp"

using namespace duroxide;
using namespace duroxide::gateway;

namespace duroxide::gateway_bulk_damage_test {

namespace {

using storage::make_key;
using storage::Table;
using testing::FaultyKv;

Task<std::string> call_nobody(OrchestrationContext ctx) {
  co_return co_await ctx.schedule_activity("Nobody", std::string("in"));
}

Store store_on(const std::shared_ptr<FaultyKv>& tables) {
  storage::ProviderParts parts;
  parts.store = tables;
  parts.opening = storage::begin_opening(*tables);
  parts.clock = system_clock();
  return detail::start_store(ActorSystem::create(), std::move(parts));
}

struct DamagedFixture : CommandFixture {
  DamagedFixture() {
    store = store_on(tables);
    in_use = StoreInUse(store, true);
  }
  /// Runs what has been started until `done` says so, then nothing any more.
  template <class Done>
  void run_until(const Done& done) {
    Runtime runtime{store};
    runtime.register_orchestration("Failing", fail_at_once)
        .register_orchestration("Calls", call_nobody);
    REQUIRE(runtime.start());
    done();
    runtime.stop();
  }
  /// Loses the first event of the instance of this number; they count from 1.
  void damage(std::uint64_t number) const {
    tables->plant(Table::history, make_key(number, std::uint64_t{1}, std::uint64_t{1}),
                  std::nullopt);
  }

  std::shared_ptr<FaultyKv> tables = std::make_shared<FaultyKv>();
};

}  // namespace

TEST_CASE("control commands: one that is damaged is refused, and the others are gone on with",
          "[control][bulk][corruption]") {
  DamagedFixture f;
  for (const char* instance : {"a", "b", "c"}) {
    f.start(instance, "Failing");
  }
  f.run_until([&] {
    for (const char* instance : {"a", "b", "c"}) {
      f.await(instance);
    }
  });
  f.damage(2);
  const json told = f.run("rewind", {{"all", true}});
  CHECK(told["done"] == 2);
  CHECK(told["refused"] == 1);
  REQUIRE(told["refusals"].size() == 1);
  CHECK(told["refusals"][0]["instance_id"] == "b");
  CHECK_THAT(told["refusals"][0]["why"].get<std::string>(), Catch::Contains("corrupt"));
  CHECK_FALSE(told.contains("stopped_by"));
}

TEST_CASE(
    "control commands: what was done before the store failed is told, with what has stopped it",
    "[control][bulk][errors]") {
  DamagedFixture f;
  for (int i = 0; i < 500; ++i) {
    f.start("i" + std::to_string(i));
  }
  f.sink.on_progress = [&] { f.tables->room = 0; };
  const json told = f.run("pause", {{"all", true}});
  CHECK(told["done"] == 400);
  CHECK(told["refused"] == 0);
  CHECK(told["stopped_by"]["kind"] == "failed");
  CHECK_FALSE(told["stopped_by"]["message"].get<std::string>().empty());
  // Where it was done to none, that is the error.
  CHECK(f.refused("pause", {{"all", true}}) == Kind::failed);
  f.tables->room = FaultyKv::endless;
  f.sink.on_progress = nullptr;
  const json rest = f.run("pause", {{"all", true}});
  CHECK(rest["done"] == 100);
  CHECK(rest["unchanged"] == 400);
}

TEST_CASE("control commands: a look goes on where one that runs long is damaged",
          "[control][overview][corruption]") {
  DamagedFixture f;
  f.start("a", "Calls");
  f.start("b", "Calls");
  f.run_until([&] {
    for (const char* instance : {"a", "b"}) {
      while (f.in_use.management.list_pending_activities(instance).value().empty()) {
      }
    }
  });
  f.damage(1);
  const json longest = f.run("top", {{"once", true}})["longest"];
  REQUIRE(longest.size() == 2);
  CHECK(longest[0]["instance_id"] == "a");
  CHECK_THAT(longest[0]["damage"].get<std::string>(), Catch::Contains("corrupt"));
  CHECK(longest[0]["activity_count"] == 0);
  CHECK(longest[1]["activity_count"] == 1);
  CHECK_FALSE(longest[1].contains("damage"));
}

}  // namespace duroxide::gateway_bulk_damage_test
