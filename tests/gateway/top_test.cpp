// `top`, on a store in memory.

#include <functional>
#include <thread>
#include <vector>

#include "gateway/change_counter.hpp"
#include "gateway/command_fixture.hpp"

using namespace duroxide;
using namespace duroxide::gateway;

namespace duroxide::gateway_top_test {

namespace {

Task<std::string> call_nobody_four_times(OrchestrationContext ctx) {
  std::vector<DurableFuture<std::string>> calls;
  for (int i = 0; i < 4; ++i) {
    calls.push_back(ctx.schedule_activity("Nobody", std::string("in")));
  }
  co_return (co_await when_all(std::move(calls))).front();
}

/// What has been counted, once that holds.
ChangeCounter::Counts count_until(ChangeCounter& counter,
                                  const std::function<bool(const ChangeCounter::Counts&)>& all) {
  ChangeCounter::Counts total;
  while (!all(total)) {
    const auto more = counter.take().value();
    total.started += more.started;
    total.completed += more.completed;
    total.failed += more.failed;
    total.cancelled += more.cancelled;
    std::this_thread::yield();
  }
  return total;
}

}  // namespace

TEST_CASE("control commands: one look tells how the store does", "[control][overview]") {
  RunningFixture f;
  f.start("a", "Approval");
  f.start("b", "Failing");
  f.await("b");
  f.start("c", "Unknown");
  f.start("d", "Approval");
  f.run("pause", {{"instance", "d"}});
  const json found = f.run("top", {{"once", true}, {"rows", 2}});
  CHECK(found["live"] == true);
  CHECK(found["rates"].is_null());
  CHECK(found["metrics"]["running_instances"] == 3);
  CHECK(found["metrics"]["failed_instances"] == 1);
  CHECK(found["stuck"]["paused"] == 1);
  REQUIRE(found["longest"].size() == 2);
  CHECK(found["longest"][0]["instance_id"] == "a");
  CHECK(found["longest"][0]["activities"].empty());
  CHECK(found["longest"][1]["instance_id"] == "c");
  CHECK(f.run("top", {{"once", true}, {"rows", 0}})["longest"].empty());
  CHECK(f.sink.items.empty());
}

TEST_CASE("control commands: a look names the activities of what runs longest",
          "[control][overview][activities]") {
  CommandFixture f;
  Runtime runtime{f.store};
  runtime.register_orchestration("Calls", call_nobody_four_times);
  REQUIRE(runtime.start());
  f.start("i", "Calls");
  json row;
  do {
    row = f.run("top", {{"once", true}})["longest"][0];
  } while (row["activity_count"] == 0);
  CHECK(row["activity_count"] == 4);
  REQUIRE(row["activities"].size() == 3);
  CHECK(row["activities"][0]["name"] == "Nobody");
  CHECK_FALSE(row["activities"][0].contains("input"));
}

TEST_CASE("control commands: what happens between two looks is told as rates",
          "[control][overview][changes]") {
  RunningFixture f;
  std::size_t looks = 0;
  f.sink.on_item = [&](const json& look) {
    if (++looks == 1) {
      CHECK(look["rates"].is_null());
      f.start("a", "Failing");
      f.await("a");
      f.run("delete", {{"instance", "a"}});
    } else {
      REQUIRE(look["rates"].is_object());
      CHECK(look["rates"]["missed"] == 0);
      if (look["rates"]["failures"].get<double>() > 0) {
        f.sink.most_items = 0;
      }
    }
  };
  CHECK(f.refused("top", {{"interval", 100}}) == Kind::interrupted);
  CHECK(looks >= 2);
  CHECK(f.sink.items.back()["metrics"]["total_instances"] == 0);
}

TEST_CASE("control commands: a look at a store that nobody runs is the only one",
          "[control][overview]") {
  CommandFixture f;
  f.start("i");
  f.in_use.live = false;
  const json found = f.run("top");
  CHECK(found["live"] == false);
  CHECK(found["longest"][0]["instance_id"] == "i");
  CHECK(f.sink.items.empty());
  CHECK(f.refused("top", {{"interval", 99}}) == Kind::usage);
  CHECK(f.refused("top", {{"rows", 101}}) == Kind::usage);
  f.in_use.live = true;
  f.sink.goes_on = false;
  CHECK(f.refused("top") == Kind::interrupted);
}

TEST_CASE("control commands: starts and ends are counted by how they ended", "[control][changes]") {
  RunningFixture f;
  auto counter = ChangeCounter::begin(f.in_use.management).value().value();
  f.start("a", "Approval");
  f.start("b", "Failing");
  f.start("c", "Approval");
  f.run("raise", {{"instance", "a"}, {"name", "Approved"}});
  f.await("a");
  f.await("b");
  f.run("terminate", {{"instance", "c"}});
  const auto counts = count_until(counter, [](const auto& each) { return each.cancelled == 1; });
  CHECK(counts.started == 3);
  CHECK(counts.completed == 1);
  CHECK(counts.failed == 1);
}

}  // namespace duroxide::gateway_top_test
