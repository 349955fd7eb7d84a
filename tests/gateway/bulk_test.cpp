// What commands do to all that a filter chooses, on a store in memory.

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

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

TEST_CASE("control commands: what was cancelled is rewound only if that is asked for",
          "[control][bulk][restore]") {
  BulkFixture f;
  f.run("terminate", {{"instance", "a"}});
  CHECK(ids_in(f.run("rewind", dry())["would_rewind"]) == Ids{"bad"});
  CHECK(ids_in(f.run("rewind", dry({{"status", {"cancelled"}}}))["would_rewind"]) == Ids{"a"});
  CHECK(f.run("rewind", all())["done"] == 1);
  CHECK(f.run("show", {{"instance", "a"}})["info"]["status"]["cancelled"] == true);
}

TEST_CASE("control commands: whoever asks first is given a number", "[control][bulk]") {
  BulkFixture f;
  f.run("pause", {{"instance", "b"}});
  const auto count = [&](const char* name, json more = json::object()) {
    more["only_count"] = true;
    const json told = f.run(name, all(std::move(more)));
    CHECK(told.size() == 1);
    return told["count"].get<int>();
  };
  CHECK(count("cancel") == 3);
  CHECK(count("cancel", {{"limit", 2}}) == 2);
  CHECK(count("cancel", {{"search", "C"}}) == 1);
  CHECK(count("cancel", {{"status", {"failed"}}}) == 0);
  CHECK(count("pause") == 2);
  CHECK(count("pause", {{"limit", 1}}) == 1);
  CHECK(count("resume") == 1);
  CHECK(count("rewind") == 1);
  CHECK(f.run("count", {{"status", {"running"}}})["count"] == 3);
  CHECK(f.refused("cancel", all({{"only_count", true}, {"search", ""}})) == Kind::usage);
  CHECK(f.refused("cancel", {{"instance", "a"}, {"only_count", true}}) == Kind::usage);
  f.sink.goes_on = false;
  CHECK(f.refused("pause", all({{"only_count", true}})) == Kind::interrupted);
}

TEST_CASE("control commands: what stays paused with more than itself is told",
          "[control][bulk][pause]") {
  BulkFixture f;
  CHECK_FALSE(f.run("resume", all()).contains("still_paused"));
  f.run("pause", {{"orchestration", "Approval"}});
  f.run("pause", {{"store", true}});
  const json told = f.run("resume", all());
  CHECK(told["done"] == 0);
  REQUIRE(told["still_paused"].size() == 2);
  CHECK(told["still_paused"][0]["scope"] == "store");
  CHECK(told["still_paused"][1]["scope"] == "orchestration");
  CHECK(told["still_paused"][1]["name"] == "Approval");
  CHECK(f.run("resume", all({{"name", "Failing"}}))["still_paused"].size() == 1);
  CHECK_FALSE(f.run("resume", dry()).contains("still_paused"));
}

namespace {

/// So many that they go in two steps, named `i0` and so on, all of them paused.
struct TwoStepsFixture : CommandFixture {
  static constexpr int instances = 500;
  TwoStepsFixture() {
    for (int i = 0; i < instances; ++i) {
      start("i" + std::to_string(i));
    }
    REQUIRE(run("pause", all())["done"] == instances);
  }
  /// Between the steps of what follows, once.
  void between(std::function<void()> happens) {
    sink.on_progress = [this, happens = std::move(happens)] {
      if (sink.reported.done == 400) {
        happens();
      }
    };
  }
};

}  // namespace

TEST_CASE("control commands: what no longer fits when its turn comes is left as it is",
          "[control][bulk]") {
  TwoStepsFixture f;
  f.between([&] {
    REQUIRE(f.in_use.management.resume(PauseScope::of_instance("i450")));
    REQUIRE(f.in_use.management.delete_instance("i451", DeleteOptions{true, false}));
    REQUIRE(f.in_use.client.start_orchestration("i451", "Other", std::string()));
    REQUIRE(f.in_use.management.pause(PauseScope::of_instance("i451")));
  });
  const json event = {{"name", "E"}, {"status", {"paused"}}};
  CHECK(f.run("raise", all(event))["done"] == TwoStepsFixture::instances - 2);
  const auto told = [&](const char* instance) {
    const json messages = f.run("messages", {{"instance", instance}})["messages"];
    return std::count_if(messages.begin(), messages.end(),
                         [](const json& each) { return each["name"] == "E"; });
  };
  CHECK(told("i449") == 1);
  CHECK(told("i450") == 0);
  CHECK(told("i451") == 0);
}

TEST_CASE("control commands: what is created meanwhile is left alone", "[control][bulk]") {
  TwoStepsFixture f;
  int created = 0;
  f.sink.on_progress = [&] {
    REQUIRE(f.in_use.client.start_orchestration("new-" + std::to_string(created++), "O",
                                                std::string()));
  };
  CHECK(f.run("cancel", all())["done"] == TwoStepsFixture::instances);
  CHECK(created == 2);
  CHECK(f.run("delete", {{"everything", true}, {"force", true}})["instances_deleted"] ==
        TwoStepsFixture::instances + 2);
  CHECK(f.run("count")["count"] == created - 2);
}

TEST_CASE("control commands: nobody knows how many a search finds", "[control][bulk]") {
  TwoStepsFixture f;
  CHECK(f.run("resume", all({{"search", "I"}}))["done"] == TwoStepsFixture::instances);
  CHECK(f.sink.reported.done == TwoStepsFixture::instances);
  CHECK(f.sink.reported.total == 0);
  CHECK(f.run("pause", all())["done"] == TwoStepsFixture::instances);
  CHECK(f.sink.reported.total == TwoStepsFixture::instances);
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
