// The command `start`, on a store in memory.

#include <memory>
#include <string>

#include "gateway/command_fixture.hpp"

using namespace duroxide;
using namespace duroxide::gateway;

TEST_CASE("control commands: a start with everything, listed by it", "[control]") {
  CommandFixture f;
  f.start("i", "O", {{"version", "1.2.3"}, {"tags", {"red", "round"}}, {"delay", 60'000}});
  f.start("j");
  CHECK(f.refused("start", {{"instance", "i"}, {"orchestration", "O"}}) == Kind::refused);
  f.start("i", "O", {{"use_existing", true}});
  const auto again = [](const char* option) {
    return json{{"instance", "i"}, {"orchestration", "O"}, {option, true}};
  };
  CHECK(f.run("start", again("use_existing"))["created"] == false);
  CHECK(f.run("start", again("same_input"))["created"] == false);
  json other = again("same_input");
  other["input"] = "another";
  CHECK(f.refused("start", other) == Kind::refused);
  CHECK(f.run("start", {{"instance", "k"}, {"orchestration", "O"}})["created"] == true);
  const json found = f.run("list", {{"tags", {"red"}}});
  REQUIRE(found["instances"].size() == 1);
  CHECK(found["instances"][0]["instance_id"] == "i");
  CHECK(found["instances"][0]["tags"] == json{"red", "round"});
  CHECK(found["next_cursor"].is_null());
  CHECK(f.run("count")["count"] == 3);
  CHECK(f.run("count", {{"id_prefix", "j"}})["count"] == 1);
}

TEST_CASE("control commands: a start brings an event along, and an event with a key comes once",
          "[control][starts][events]") {
  RunningFixture f;
  const json start{{"instance", "i"},
                   {"orchestration", "Approval"},
                   {"with_event", "Approved"},
                   {"data", "yes"},
                   {"key", "k"}};
  CHECK(f.run("start", start)["created"] == true);
  f.await("i");
  CHECK(f.run("start", start)["created"] == false);
  CHECK(f.refused("start",
                  {{"instance", "i"}, {"orchestration", "Approval"}, {"with_event", "Approved"}}) ==
        Kind::refused);
  CHECK(f.refused("start", {{"instance", "j"}, {"orchestration", "Approval"}, {"data", "x"}}) ==
        Kind::usage);
  const auto raise = [](const char* data) {
    return json{{"instance", "i"}, {"name", "Approved"}, {"data", data}, {"key", "k"}};
  };
  f.run("raise", raise("yes"));
  CHECK(f.refused("raise", raise("no")) == Kind::refused);
  // A message for a queue has one, too, of the same set.
  json for_queue = raise("yes");
  for_queue["queue"] = true;
  CHECK(f.refused("raise", for_queue) == Kind::refused);
  // Of many, too.
  f.start("m", "Approval");
  json all{{"all", true}, {"name", "Other"}, {"data", "yes"}, {"key", "k"}};
  CHECK(f.run("raise", all)["done"] == 1);
  CHECK(f.run("raise", all)["done"] == 1);
  all["data"] = "no";
  CHECK(f.run("raise", all)["refused"] == 1);
  all["queue"] = true;
  CHECK(f.run("raise", all)["refused"] == 1);
  all["key"] = "m";
  CHECK(f.run("raise", all)["done"] == 1);
  CHECK(f.run("raise", all)["done"] == 1);
}

TEST_CASE("control commands: what a start does if the id is taken goes by the policy's name",
          "[control][starts]") {
  RunningFixture f;
  const auto again = [](const json& more) {
    json arguments{{"instance", "i"}, {"orchestration", "Approval"}, {"input", "a"}};
    arguments.update(more);
    return arguments;
  };
  CHECK(f.run("start", again({{"reuse", "terminate"}}))["replaced"] == false);
  CHECK(f.refused("start", again({{"reuse", "reject"}})) == Kind::refused);
  CHECK(f.refused("start", again({{"reuse", "same-input"}, {"input", "b"}})) == Kind::refused);
  for (const char* policy : {"use-existing", "same-input"}) {
    const json found = f.run("start", again({{"reuse", policy}}));
    CHECK(found["created"] == false);
    CHECK(found["replaced"] == false);
  }
  const json replaced = f.run("start", again({{"reuse", "terminate"}, {"input", "b"}}));
  CHECK(replaced["created"] == true);
  CHECK(replaced["replaced"] == true);
  CHECK(f.run("count")["count"] == 1);
  CHECK(f.refused("start", again({{"reuse", "merge"}})) == Kind::usage);
  CHECK(f.refused("start", again({{"reuse", "reject"}, {"use_existing", true}})) == Kind::usage);
  CHECK(f.refused("start", again({{"reuse", "reject"}, {"same_input", true}})) == Kind::usage);
  // A parent that runs waits for its child.
  f.start("p", "Leaving");
  json tree;
  do {
    tree = f.run("tree", {{"instance", "p"}})["instances"];
  } while (tree.size() < 2);
  const json child{{"instance", tree[1]["instance_id"]}, {"reuse", "terminate"}};
  CHECK(f.refused("start", again(child)) == Kind::refused);
  CHECK(f.refused("start", again({{"reuse", "terminate"}, {"version", "one"}})) == Kind::usage);
}

TEST_CASE("control commands: a start asks the interceptors of the runtimes that are at work",
          "[control][starts][interceptors]") {
  class Doorkeeper : public Interceptor {
   public:
    Admission before_start(InterceptedStart& start) override {
      start.headers.set("by", "command");
      ++asked;
      return start.instance == "barred" ? refuse("no badge") : Admission();
    }
    int asked = 0;
  };
  CommandFixture f;
  const auto doorkeeper = std::make_shared<Doorkeeper>();
  const RuntimeOptions options = RuntimeOptions().interceptor(doorkeeper);
  Runtime runtime(f.store, options);
  Runtime other(f.store, options);
  REQUIRE(runtime.start());
  REQUIRE(other.start());
  CHECK(f.refused("start", {{"instance", "barred"}, {"orchestration", "O"}}) == Kind::refused);
  CHECK(f.refused("start", {{"instance", "barred"}, {"orchestration", "O"}, {"with_event", "E"}}) ==
        Kind::refused);
  f.start("i");
  CHECK(doorkeeper->asked == 3);  // once for each start, though two runtimes have it
  const auto exported = f.in_use.management.export_instance("i");
  REQUIRE(exported);
  CHECK_THAT(*exported, Catch::Contains("\"by\""));
  runtime.stop();
  other.stop();
  f.start("barred");
  CHECK(doorkeeper->asked == 3);
}

TEST_CASE("control commands: a start has the headers that it is given",
          "[control][starts][headers]") {
  CommandFixture f;
  const auto headers = [](const json& given) { return json{{"headers", given}}; };
  f.start("i", "O", headers({"tenant=blue", "request=a=b", "empty="}));
  const auto exported = f.in_use.management.export_instance("i");
  REQUIRE(exported);
  for (const char* header : {"\"tenant\"", "\"blue\"", "\"a=b\"", "\"empty\""}) {
    CHECK_THAT(*exported, Catch::Contains(header));
  }
  for (const char* wrong : {"tenant", "Tenant=blue", "=blue"}) {
    CAPTURE(wrong);
    json arguments = headers({wrong});
    arguments["instance"] = "j";
    arguments["orchestration"] = "O";
    CHECK(f.refused("start", arguments) == Kind::usage);
  }
}
