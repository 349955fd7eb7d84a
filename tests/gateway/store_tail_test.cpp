// The tail of a whole store, in memory.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/command_fixture.hpp"

using namespace duroxide;
using namespace duroxide::gateway;

namespace duroxide::gateway_store_tail_test {

namespace {

/// A tail that is ended by the item that `last` knows; what happens is begun by the first one, once
/// everything is told that happens from then on.
struct TailFixture : RunningFixture {
  std::vector<json> tail(const json& arguments, const std::function<void()>& happens,
                         const std::function<bool(const json&)>& last) {
    sink.items.clear();
    sink.most_items = ~std::size_t{0};
    sink.on_item = [&](const json& item) {
      if (item["kind"] == "following") {
        happens();
      } else if (last(item)) {
        sink.most_items = 0;
      }
    };
    CHECK(refused("tail", arguments) == Kind::interrupted);
    sink.on_item = nullptr;
    return sink.items;
  }
};

bool is(const json& item, const char* kind, const char* instance) {
  return item["kind"] == kind && item["instance_id"] == instance;
}

}  // namespace

TEST_CASE("control commands: a tail of the store tells of starts, ends and why something failed",
          "[control][changes]") {
  TailFixture f;
  const auto items = f.tail(
      json::object(),
      [&] {
        f.start("a", "Failing");
        f.await("a");
        f.start("b", "Approval");
        f.run("terminate", {{"instance", "b"}, {"reason", "enough"}});
        f.run("delete", {{"instance", "a"}});
      },
      [](const json& item) { return is(item, "deleted", "a"); });
  REQUIRE(items.size() == 6);
  CHECK(items[0]["kind"] == "following");
  CHECK(is(items[1], "started", "a"));
  CHECK(items[1]["orchestration_name"] == "Failing");
  CHECK(items[1]["execution_id"] == 1);
  CHECK(items[1].contains("at"));
  CHECK(is(items[2], "failed", "a"));
  CHECK(is(items[3], "started", "b"));
  CHECK(is(items[4], "cancelled", "b"));
  CHECK(items[4]["error"]["message"] == "enough");
  CHECK(is(items[5], "deleted", "a"));
  CHECK_FALSE(items[5].contains("error"));
}

TEST_CASE("control commands: a tail of the store says the error of what is still there",
          "[control][changes][errors]") {
  TailFixture f;
  const auto items = f.tail(
      {{"status", {"failed"}}}, [&] { f.start("a", "Failing"); },
      [](const json& item) { return is(item, "failed", "a"); });
  REQUIRE(items.size() == 2);
  CHECK(items[1]["error"]["text"] == "no way");
}

TEST_CASE("control commands: a tail of the store tells only what its filter lets through",
          "[control][changes]") {
  TailFixture f;
  const auto seen = [&](const json& arguments, const char* kind, const char* last) {
    auto items = f.tail(
        arguments,
        [&] {
          f.start("x-1", "Approval", {{"tags", {"red", "blue"}}});
          f.start("y-1", "Failing", {{"tags", {"red"}}});
          f.await("y-1");
          f.start("x-2", "Approval");
          for (const char* each : {"x-1", "x-2"}) {
            f.run("raise", {{"instance", each}, {"name", "Approved"}});
            f.await(each);
          }
          f.run("delete", {{"everything", true}});
          f.start("z", "Failing", {{"tags", {"red", "blue"}}});
          f.await("z");
          f.run("delete", {{"instance", "z"}});
        },
        [&](const json& item) { return is(item, kind, last); });
    std::vector<std::string> told;
    for (std::size_t i = 1; i < items.size(); ++i) {
      told.push_back(items[i]["instance_id"].get<std::string>() + " " +
                     items[i]["kind"].get<std::string>());
    }
    return told;
  };
  using Told = std::vector<std::string>;
  CHECK(seen({{"id_prefix", "x-"}, {"status", {"completed"}}}, "completed", "x-2") ==
        Told{"x-1 completed", "x-2 completed"});
  CHECK(seen({{"status", {"running", "failed"}}, {"name", "Failing"}}, "failed", "z") ==
        Told{"y-1 started", "y-1 failed", "z started", "z failed"});
}

TEST_CASE("control commands: a tail of the store goes by the tags of what is there",
          "[control][changes]") {
  TailFixture f;
  f.start("a", "Approval", {{"tags", {"red", "blue"}}});
  f.start("b", "Approval", {{"tags", {"red"}}});
  const auto items = f.tail(
      {{"tags", {"red", "blue"}}},
      [&] {
        // What has gone before its tags were asked for has none.
        f.start("c", "Approval", {{"tags", {"red", "blue"}}});
        f.run("delete", {{"instance", "c"}, {"force", true}});
        for (const char* each : {"b", "a"}) {
          f.run("terminate", {{"instance", each}});
        }
      },
      [](const json& item) { return item["kind"] == "cancelled"; });
  REQUIRE(items.size() == 2);
  CHECK(items[1]["instance_id"] == "a");
}

TEST_CASE("control commands: tags of one instance are not taken for those of the next with its id",
          "[control][changes]") {
  TailFixture f;
  bool again = false;
  const auto items = f.tail(
      {{"tags", {"red"}}, {"status", {"failed"}}},
      [&] {
        f.start("x", "Failing", {{"tags", {"red"}}});
      },
      [&](const json& item) {
        if (is(item, "failed", "x") && !std::exchange(again, true)) {
          f.await("x");
          f.run("delete", {{"instance", "x"}});
          f.start("x", "Failing");
          f.await("x");
          f.start("z", "Failing", {{"tags", {"red"}}});
        }
        return is(item, "failed", "z");
      });
  REQUIRE(items.size() == 3);
  CHECK(is(items[1], "failed", "x"));
  CHECK(is(items[2], "failed", "z"));
}

TEST_CASE("control commands: turns are told to those who ask for them", "[control][changes]") {
  TailFixture f;
  const auto items = f.tail(
      {{"turns", true}}, [&] { f.start("a", "Approval"); },
      [](const json& item) { return item["kind"] == "progressed"; });
  REQUIRE(items.size() == 3);
  CHECK(is(items[2], "progressed", "a"));
}

TEST_CASE("control commands: what a tail of the store cannot follow is refused",
          "[control][changes][errors]") {
  RunningFixture f;
  f.start("i", "Approval");
  CHECK(f.refused("tail", {{"execution", 1}}) == Kind::usage);
  CHECK(f.refused("tail", {{"instance", "i"}, {"name", "Approval"}}) == Kind::usage);
  CHECK(f.refused("tail", {{"instance", "i"}, {"turns", true}}) == Kind::usage);
  CHECK(f.refused("tail", {{"status", {"paused"}}}) == Kind::usage);
  CHECK(f.refused("tail", {{"name", ""}}) == Kind::usage);
  f.sink.goes_on = false;
  CHECK(f.refused("tail") == Kind::interrupted);
  f.sink.most_items = 0;
  CHECK(f.refused("tail") == Kind::interrupted);
  f.in_use.live = false;
  CHECK(f.refused("tail") == Kind::failed);
}

}  // namespace duroxide::gateway_store_tail_test
