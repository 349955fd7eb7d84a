// What commands do to all that a filter chooses, on a store in memory.

#include "gateway/command_fixture.hpp"

using namespace duroxide;
using namespace duroxide::gateway;

namespace duroxide::gateway_bulk_test {

namespace {

json all(json more = json::object()) {
  more["all"] = true;
  return more;
}

json dry(json more = json::object()) {
  more["dry_run"] = true;
  return all(std::move(more));
}

std::vector<std::string> ids_in(const json& instances) {
  std::vector<std::string> ids;
  for (const json& each : instances) {
    ids.push_back(each["instance_id"]);
  }
  return ids;
}

using Ids = std::vector<std::string>;

/// Three that run, `a`, `b` and `c`, and one that has failed, `bad`.
struct BulkFixture : RunningFixture {
  BulkFixture() {
    for (const char* instance : {"a", "b", "c"}) {
      start(instance, "Approval", {{"tags", {"red"}}});
      REQUIRE(in_use.client.wait_for_value(instance, "stage", 60s));
    }
    start("bad", "Failing");
    await("bad");
  }
  std::string state_of(const std::string& instance) {
    return run("show", {{"instance", instance}})["info"]["status"]["state"];
  }
};

}  // namespace

TEST_CASE("control commands: one or all must be said, and a filter is for all", "[control][bulk]") {
  CommandFixture f;
  f.start("i");
  for (const char* name : {"cancel", "terminate", "rewind", "raise", "pause", "resume"}) {
    CAPTURE(name);
    CHECK(f.refused(name) == Kind::usage);
    json event = std::string_view(name) == "raise" ? json{{"name", "E"}} : json::object();
    for (const json& more :
         {json{{"tags", {"red"}}}, json{{"limit", 1}}, json{{"dry_run", true}},
          json{{"instance", "i"}, {"all", true}}, json{{"instance", "i"}, {"dry_run", true}},
          json{{"instance", "i"}, {"id_prefix", "i"}}}) {
      json arguments = more;
      arguments.update(event);
      CAPTURE(arguments.dump());
      CHECK(f.refused(name, arguments) == Kind::usage);
    }
  }
  CHECK(f.refused("raise", all()) == Kind::usage);
  CHECK(f.refused("raise", all({{"name", ""}})) == Kind::usage);
  CHECK(f.refused("raise", {{"instance", "i"}}) == Kind::usage);
  CHECK(f.refused("rewind", all({{"event", 1}})) == Kind::usage);
  CHECK(f.refused("rewind", all({{"skip", {"1"}}})) == Kind::usage);
  CHECK(f.refused("pause", {{"store", true}, {"tags", {"red"}}}) == Kind::usage);
  CHECK(f.refused("pause", {{"orchestration", "O"}, {"limit", 1}}) == Kind::usage);
  CHECK(f.refused("pause", all({{"store", true}})) == Kind::usage);
  CHECK(f.refused("cancel", all({{"search", ""}})) == Kind::usage);
  CHECK(f.refused("cancel", dry({{"search", ""}})) == Kind::usage);
}

TEST_CASE("control commands: a dry run shows to which it would be done, and does nothing",
          "[control][bulk]") {
  BulkFixture f;
  f.run("pause", {{"instance", "b"}});
  const Ids running{"a", "b", "c"};
  CHECK(ids_in(f.run("cancel", dry())["would_cancel"]) == running);
  CHECK(ids_in(f.run("terminate", dry({{"limit", 2}}))["would_terminate"]) == Ids{"a", "b"});
  CHECK(ids_in(f.run("raise", dry({{"name", "E"}}))["would_raise"]) == running);
  CHECK(ids_in(f.run("pause", dry())["would_pause"]) == Ids{"a", "c"});
  CHECK(ids_in(f.run("resume", dry())["would_resume"]) == Ids{"b"});
  CHECK(ids_in(f.run("rewind", dry())["would_rewind"]) == Ids{"bad"});
  // What a filter asks for is not wider than what makes sense.
  CHECK(f.run("cancel", dry({{"status", {"failed"}}}))["would_cancel"].empty());
  CHECK(ids_in(f.run("cancel", dry({{"name", "Approval"}, {"id_prefix", "c"}}))["would_cancel"]) ==
        Ids{"c"});
  CHECK(ids_in(f.run("raise", dry({{"name", "E"}, {"orchestration", "Failing"}}))["would_raise"])
            .empty());
  CHECK(f.run("count", {{"status", {"running"}}})["count"] == 3);
  CHECK(f.run("stuck")["paused"].size() == 1);
  f.sink.goes_on = false;
  CHECK(f.refused("cancel", dry()) == Kind::interrupted);
}

TEST_CASE("control commands: many are paused and resumed, each by itself, and again for nothing",
          "[control][bulk][pause]") {
  BulkFixture f;
  f.run("pause", {{"instance", "b"}});
  const json paused = f.run("pause", all({{"tags", {"red"}}}));
  CHECK(paused["done"] == 2);
  CHECK(paused["unchanged"] == 1);
  CHECK(paused["refused"] == 0);
  CHECK(f.run("stuck")["paused"].size() == 3);
  CHECK(f.run("pause", all())["unchanged"] == 3);
  // What is paused with its orchestration is not resumed by itself.
  f.run("resume", {{"instance", "c"}});
  f.run("pause", {{"orchestration", "Approval"}});
  const json resumed = f.run("resume", all());
  CHECK(resumed["done"] == 2);
  CHECK(resumed["unchanged"] == 1);
  CHECK(f.run("stuck")["paused"].size() == 1);
}

TEST_CASE("control commands: many are told, in the order of creation and up to a limit",
          "[control][bulk][events]") {
  BulkFixture f;
  const json two = all({{"name", "Approved"}, {"data", "yes"}, {"limit", 2}});
  CHECK(f.run("raise", two)["done"] == 2);
  CHECK(f.sink.reported.done == 2);
  CHECK(f.sink.reported.total == 2);
  f.await("a");
  f.await("b");
  CHECK(f.state_of("c") == "Running");
  const json queued = f.run("raise", all({{"name", "Q"}, {"data", "m"}, {"queue", true}}));
  CHECK(queued["done"] == 1);
  CHECK(f.run("messages", {{"instance", "c"}})["messages"][0]["name"] == "Q");
}

TEST_CASE("control commands: many are cancelled and terminated, and again for nothing",
          "[control][bulk][cancellation][terminate]") {
  BulkFixture f;
  CHECK(f.run("cancel", all({{"id_prefix", "a"}, {"reason", "enough"}}))["done"] == 1);
  f.await("a");
  CHECK(f.run("show", {{"instance", "a"}})["info"]["status"]["error"]["message"] == "enough");
  CHECK(f.run("terminate", all({{"name", "Approval"}, {"reason", "now"}}))["done"] == 2);
  for (const char* name : {"cancel", "terminate"}) {
    const json again = f.run(name, all({{"name", "Approval"}}));
    CHECK(again["done"] == 0);
    CHECK(again["refused"] == 0);
  }
}

TEST_CASE("control commands: what is refused of one is told, and the others are gone on with",
          "[control][bulk][errors]") {
  BulkFixture f;
  const json told = f.run("cancel", all({{"status", {"running", "failed"}}}));
  CHECK(told["done"] == 3);
  CHECK(told["refused"] == 1);
  REQUIRE(told["refusals"].size() == 1);
  CHECK(told["refusals"][0]["instance_id"] == "bad");
  CHECK_THAT(told["refusals"][0]["why"].get<std::string>(), Catch::Contains("has ended"));
}

TEST_CASE("control commands: many that have failed are rewound, and what has not is refused",
          "[control][bulk][restore]") {
  BulkFixture f;
  f.start("bad-2", "Failing");
  f.await("bad-2");
  CHECK(f.run("rewind", all({{"search", "no way"}}))["done"] == 2);
  f.await("bad");
  f.await("bad-2");
  const json refused = f.run("rewind", all({{"status", {"running"}}, {"limit", 5}}));
  CHECK(refused["done"] == 0);
  CHECK(refused["refused"] == 3);
}

TEST_CASE("control commands: more than some hundred go in steps, and can be interrupted between",
          "[control][bulk]") {
  CommandFixture f;
  constexpr int instances = 1'200;
  for (int i = 0; i < instances; ++i) {
    f.in_use.client.start_orchestration("i" + std::to_string(i), "O", std::string(), StartOptions(),
                                        [](const auto&) {});
  }
  f.start("last");
  f.sink.goes_on = false;
  CHECK(f.refused("pause", all()) == Kind::interrupted);
  CHECK(f.sink.reported.done == 400);
  CHECK(f.sink.reported.total == instances + 1);
  f.sink.goes_on = true;
  const json rest = f.run("pause", all());
  CHECK(rest["done"] == instances + 1 - 400);
  CHECK(rest["unchanged"] == 400);
  CHECK(f.sink.reported.done == instances + 1);
  CHECK(f.run("resume", all({{"limit", 700}}))["done"] == 700);
  CHECK(f.run("count", {{"status", {"paused"}}})["count"] == instances + 1 - 700);
}

}  // namespace duroxide::gateway_bulk_test
