// What commands do, on a store in memory.

#include <set>

#include "gateway/command_fixture.hpp"
#include "support/prometheus_check.hpp"

using namespace duroxide;
using namespace duroxide::gateway;

TEST_CASE("control commands: each has a name of its own", "[control]") {
  std::set<std::string_view> names;
  for (const Command& command : all_commands()) {
    CHECK(names.insert(command.name).second);
    CHECK(find_command(command.name) == &command);
  }
  CHECK(find_command("frobnicate") == nullptr);
}

TEST_CASE("control commands: each is described as the command line needs it", "[control]") {
  for (const Command& command : all_commands()) {
    CAPTURE(command.name);
    CHECK(command.run != nullptr);
    const bool is_on_command_line = !command.help.empty();
    CHECK(command.examples.empty() != is_on_command_line);
    for (const std::string_view example : command.examples) {
      CHECK(example.starts_with("duroxide "));
      CHECK(example.find(command.name) != std::string_view::npos);
    }
    CHECK((command.question.empty() || command.changes));
    for (const Alternatives& alternatives : command.alternatives) {
      for (const std::string_view name : alternatives.names) {
        CHECK(find_argument(command, name) != nullptr);
      }
    }
  }
}

TEST_CASE("control commands: each argument has names of its own, and what its type needs",
          "[control]") {
  for (const Command& command : all_commands()) {
    std::set<std::string_view> names;
    std::set<std::string_view> options;
    bool may_be_missing = false;  // a word that is known by its place
    for (const Argument& argument : command.arguments) {
      CAPTURE(command.name, argument.name);
      CHECK(names.insert(argument.name).second);
      CHECK(find_argument(command, argument.name) == &argument);
      CHECK((argument.type == ArgumentType::choice) == !argument.choices.empty());
      CHECK(argument.least <= argument.most);
      for (const std::string_view option : {long_name(argument), short_name(argument)}) {
        CHECK((option.empty() || options.insert(option).second));
      }
      if (is_positional(argument)) {
        CHECK_FALSE((may_be_missing && argument.required));
        may_be_missing = may_be_missing || !argument.required;
      }
      CHECK_FALSE((argument.local && argument.option.empty()));
    }
  }
}

TEST_CASE("control commands: none takes arguments it does not know", "[control]") {
  CommandFixture f;
  for (const Command& command : all_commands()) {
    CHECK(f.refused(command.name, {{"frobnicate", 1}}) == Kind::usage);
    CHECK(f.refused(command.name, json::array()) == Kind::usage);
  }
  CHECK(f.refused("frobnicate") == Kind::usage);
}

TEST_CASE("control commands: those about an instance need one that exists", "[control]") {
  CommandFixture f;
  for (const char* name :
       {"show", "history", "tree", "tail", "export", "cancel", "terminate", "release", "rewind"}) {
    CAPTURE(name);
    if (std::string_view(name) != "tail") {
      CHECK(f.refused(name) == Kind::usage);
    }
    CHECK(f.refused(name, {{"instance", ""}}) == Kind::usage);
    CHECK(f.refused(name, {{"instance", "nobody"}}) == Kind::not_found);
  }
  CHECK(f.refused("raise", {{"instance", "nobody"}, {"name", "E"}}) == Kind::not_found);
  CHECK(f.refused("pause", {{"instance", "nobody"}}) == Kind::not_found);
  CHECK(f.refused("delete", {{"instance", "nobody"}}) == Kind::not_found);
  CHECK(f.refused("prune", {{"instance", "nobody"}, {"keep_last", 1}}) == Kind::not_found);
  CHECK(f.refused("fork", {{"instance", "nobody"}, {"new_instance", "n"}}) == Kind::not_found);
}

TEST_CASE("control commands: messages that wait are shown and dropped", "[control]") {
  CommandFixture f;
  f.start("i");
  f.run("raise", {{"instance", "i"}, {"name", "Price"}, {"data", "notanumber"}});
  f.run("raise", {{"instance", "i"}, {"name", "Q"}, {"data", "m"}, {"queue", true}});
  const json before = f.run("messages", {{"instance", "i"}})["messages"];
  REQUIRE(before.size() == 3);
  CHECK(before[0]["kind"] == "StartOrchestration");
  CHECK(before[1]["place"] == "waiting");
  CHECK(before[1]["kind"] == "ExternalRaised");
  CHECK(before[1]["name"] == "Price");
  CHECK(before[1]["data"] == "notanumber");
  CHECK(before[2]["kind"] == "QueueMessage");
  const std::string price = std::to_string(before[1]["message_id"].get<std::uint64_t>());
  CHECK(f.run("drop", {{"instance", "i"}, {"message", price}})["instance_id"] == "i");
  CHECK(f.run("messages", {{"instance", "i"}})["messages"].size() == 2);
  CHECK(f.refused("drop", {{"instance", "i"}, {"message", price}}) == Kind::refused);
  CHECK(f.refused("drop", {{"instance", "i"}, {"message", "0"}}) == Kind::refused);  // its start
  CHECK(f.refused("drop", {{"instance", "i"}, {"message", "it"}}) == Kind::usage);
  CHECK(f.refused("drop", {{"instance", "nobody"}, {"message", "1"}}) == Kind::not_found);
  CHECK(f.refused("messages", {{"instance", "nobody"}}) == Kind::not_found);
}

TEST_CASE("control commands: a listing in pages, and all at once", "[control]") {
  CommandFixture f;
  for (int i = 0; i < 5; ++i) {
    f.start("i" + std::to_string(i));
  }
  const json first = f.run("list", {{"order", "id"}, {"limit", 2}});
  CHECK(first["instances"].size() == 2);
  const json second =
      f.run("list", {{"order", "id"}, {"limit", 10}, {"cursor", first["next_cursor"]}});
  REQUIRE(second["instances"].size() == 3);
  CHECK(second["instances"][0]["instance_id"] == "i2");
  CHECK(f.run("list_all", nlohmann::json::object())["count"] == 5);
  CHECK(f.sink.items.size() == 5);
  f.sink.items.clear();
  CHECK(f.run("list_all", {{"limit", 3}})["count"] == 3);
  f.sink.items.clear();
  f.sink.most_items = 2;
  CHECK(f.refused("list_all", nlohmann::json::object()) == Kind::interrupted);
  CHECK(f.refused("list", {{"cursor", "nonsense"}}) == Kind::usage);
  CHECK(f.refused("list", {{"limit", 10'001}}) == Kind::usage);
}

TEST_CASE("control commands: a listing searches in what instances say", "[control][listing]") {
  RunningFixture f;
  for (const char* instance : {"bad-1", "bad-2", "bad-3"}) {
    f.start(instance, "Failing");
    f.await(instance);
  }
  f.start("good", "Approval");
  const json some = f.run("list", {{"search", "NO way"}, {"limit", 2}});
  CHECK(some["instances"].size() == 2);
  CHECK(some["instances"][0]["error"]["text"] == "no way");
  const json rest = f.run("list", {{"search", "NO way"}, {"cursor", some["next_cursor"]}});
  REQUIRE(rest["instances"].size() == 1);
  CHECK(rest["instances"][0]["instance_id"] == "bad-3");
  CHECK(rest["next_cursor"].is_null());
  CHECK(f.run("count", {{"search", "good"}})["count"] == 1);
  CHECK(f.run("list_all", {{"search", "bad"}})["count"] == 3);
  CHECK(f.run("delete", {{"search", "no way"}, {"limit", 2}})["instances_deleted"] == 2);
  CHECK(f.refused("list", {{"search", ""}}) == Kind::usage);
}

TEST_CASE("control commands: a listing that looks at very many goes on until its page is full",
          "[control][listing]") {
  CommandFixture f;
  constexpr int instances = 10'001;  // more than the store looks at for a page
  for (int i = 0; i < instances; ++i) {
    f.in_use.client.start_orchestration("i" + std::to_string(i), "O", std::string(), StartOptions(),
                                        [](const auto&) {});
  }
  f.start("needle");
  const json found = f.run("list", {{"search", "needle"}});
  REQUIRE(found["instances"].size() == 1);
  CHECK(found["next_cursor"].is_null());
  CHECK(f.sink.reported.total == 100);
  CHECK(f.run("list_all", {{"search", "needle"}})["count"] == 1);
  f.sink.goes_on = false;
  for (const char* name : {"list", "list_all"}) {
    CHECK(f.refused(name, {{"search", "needle"}}) == Kind::interrupted);
  }
}

TEST_CASE("control commands: a limit is not zero", "[control]") {
  CommandFixture f;
  for (const char* name : {"list", "list_all", "stuck"}) {
    CHECK(f.refused(name, {{"limit", 0}}) == Kind::usage);
  }
  CHECK(f.refused("delete", {{"everything", true}, {"limit", 0}}) == Kind::usage);
  CHECK(f.refused("prune", {{"everything", true}, {"keep_last", 1}, {"limit", 0}}) == Kind::usage);
}

TEST_CASE("control commands: what is stuck is told with whether that is all", "[control]") {
  CommandFixture f;
  for (const char* instance : {"a", "b", "c"}) {
    f.start(instance);
    f.run("pause", {{"instance", instance}});
  }
  const json some = f.run("stuck", {{"limit", 2}});
  CHECK(some["instances"].size() == 2);
  CHECK(some["paused"].size() == 2);
  CHECK(some["truncated"] == true);
  const json all = f.run("stuck", {{"limit", 3}});
  CHECK(all["instances"].size() == 3);
  CHECK(all["truncated"] == false);
  f.run("resume", {{"instance", "c"}});
  f.run("pause", {{"orchestration", "other"}});
  const json pauses = f.run("stuck", {{"limit", 2}});
  CHECK(pauses["instances"].size() == 2);
  CHECK(pauses["paused"].size() == 2);
  CHECK(pauses["truncated"] == true);
}

TEST_CASE("control commands: what is paused is told, and goes on", "[control]") {
  CommandFixture f;
  f.start("i");
  CHECK(f.run("pause", {{"instance", "i"}}) == json{{"scope", "instance"}, {"name", "i"}});
  CHECK(f.run("pause", {{"orchestration", "O"}})["scope"] == "orchestration");
  CHECK(f.run("pause", {{"store", true}})["scope"] == "store");
  CHECK(f.run("stuck")["paused"].size() == 3);
  f.start("other", "Other");
  f.run("pause", {{"instance", "other"}});
  CHECK(f.run("show", {{"instance", "i"}})["paused"].size() == 3);
  const json held = f.run("show", {{"instance", "other"}});
  CHECK(held["paused"].size() == 2);
  CHECK(held["quarantined"] == json::array());
  f.run("resume", {{"instance", "other"}});
  f.run("resume", {{"instance", "i"}});
  f.run("resume", {{"orchestration", "O"}});
  f.run("resume", {{"store", true}});
  CHECK(f.run("stuck")["paused"].empty());
}

TEST_CASE("control commands: an instance goes from one store to another", "[control]") {
  CommandFixture from;
  CommandFixture to;
  from.start("i");
  const json document = from.run("export", {{"instance", "i"}})["document"];
  CHECK(to.run("import", {{"document", document}})["instance_id"] == "i");
  CHECK(to.refused("import", {{"document", document}}) == Kind::refused);
  CHECK(to.run("import", {{"document", document}, {"new_instance", "j"}})["instance_id"] == "j");
  CHECK(to.refused("import", {{"document", "{}"}}) == Kind::usage);
}

TEST_CASE("control commands: the store as a whole", "[control]") {
  CommandFixture f;
  f.start("i");
  CHECK(f.run("stats")["total_instances"] == 1);
  CHECK(f.run("health")["running_instances"] == 1);
  const json families = f.run("metrics")["families"];
  REQUIRE_FALSE(families.empty());
  CHECK(families[0]["name"] == "duroxide_instances");
  CHECK(families[0]["kind"] == "gauge");
  CHECK(families[0]["samples"][0] ==
        json{{"labels", {{"orchestration", "O"}, {"status", "running"}}}, {"value", 1.0}});
  const auto flush = std::find_if(families.begin(), families.end(), [](const json& each) {
    return each["name"] == "duroxide_flush_duration_seconds";
  });
  REQUIRE(flush != families.end());
  CHECK((*flush)["unit"] == "seconds");
  CHECK((*flush)["samples"][0]["buckets"].size() == (*flush)["bounds"].size() + 1);
  CHECK((*flush)["samples"][0]["count"] == 0);  // nothing is flushed in memory
  const std::string text = f.run("metrics", {{"format", "prometheus"}})["text"];
  CHECK(text.starts_with("# HELP duroxide_instances "));
  CHECK(text.find("\nduroxide_instances{orchestration=\"O\",status=\"running\"} 1\n") !=
        std::string::npos);
  CHECK(f.refused("metrics", {{"format", "xml"}}) == Kind::usage);
  CHECK(f.run("verify")["clean"] == true);
  CHECK(f.refused("backup", {{"directory", "relative"}}) == Kind::usage);
}

TEST_CASE("control commands: names that differ have series of their own", "[control][metrics]") {
  CommandFixture f;
  f.start("i", "red \x1b[31m");
  f.start("j", "red \\x1b[31m");  // as the former is written where a terminal might show it
  f.start("k", "two\nlines");
  f.start("l", "two\rlines");
  f.start("m", "back\xe2\x80\xaewards");
  const std::string text = f.run("metrics", {{"format", "prometheus"}})["text"];
  const duroxide::testing::PrometheusCheck check(text);
  CHECK(check.problems().empty());
  // Nor do they steer the terminal at which the text ends.
  for (const char* name :
       {"red \\x1b[31m", "red \\\\x1b[31m", "two\\nlines", "two\\rlines", "back\\u202ewards"}) {
    CAPTURE(name);
    CHECK(check.value("duroxide_instances", {{"orchestration", name}, {"status", "running"}}) == 1);
  }
}

TEST_CASE("control commands: words for a shell", "[control]") {
  CommandFixture f;
  f.start("order-1", "Ship");
  f.start("order-2", "Ship");
  f.start("other", "Pack");
  CHECK(f.run("complete", {{"of", "instances"}, {"prefix", "order"}})["words"] ==
        json{"order-1", "order-2"});
  CHECK(f.run("complete", {{"of", "orchestrations"}, {"prefix", "S"}})["words"] ==
        json::array({"Ship"}));
}

TEST_CASE("control commands: a tail tells each event once, until the instance ends", "[control]") {
  RunningFixture f;
  f.start("i", "Approval");
  f.sink.on_item = [&](const json& event) {
    if (event["type"] == "ExternalSubscribed") {
      f.run("raise", {{"instance", "i"}, {"name", "Approved"}, {"data", "yes"}});
    }
  };
  const json result = f.run("tail", {{"instance", "i"}});
  CHECK(result["ended"] == true);
  CHECK(result["live"] == true);
  CHECK(result["status"]["output"] == "yes");
  std::uint64_t last = 0;
  for (const json& event : f.sink.items) {
    CHECK(event["event_id"] == ++last);
    CHECK(event["execution_id"] == 1);
    CHECK(event.contains("description"));
  }
  CHECK(f.sink.items.back()["type"] == "OrchestrationCompleted");
  CHECK(f.refused("tail", {{"instance", "i"}, {"execution", 9}}) == Kind::not_found);
}

TEST_CASE("control commands: a tail ends with its reader, and with what is deleted", "[control]") {
  RunningFixture f;
  f.start("i", "Approval");
  f.sink.goes_on = false;
  CHECK(f.refused("tail", {{"instance", "i"}}) == Kind::interrupted);
  f.sink.goes_on = true;
  f.sink.items.clear();
  f.sink.on_item = [&](const json& event) {
    if (event["type"] == "ExternalSubscribed") {
      f.run("delete", {{"instance", "i"}, {"force", true}});
    }
  };
  CHECK(f.run("tail", {{"instance", "i"}})["deleted"] == true);
}

TEST_CASE("control commands: a tail of a store that nobody runs ends at once", "[control]") {
  CommandFixture f;
  f.in_use.live = false;
  f.start("i");
  const json result = f.run("tail", {{"instance", "i"}});
  CHECK(result["live"] == false);
  CHECK(result["ended"] == false);
}

TEST_CASE("control commands: everything about an instance", "[control]") {
  RunningFixture f;
  f.start("i", "Approval");
  REQUIRE(f.in_use.client.wait_for_value("i", "stage", 60s));
  const json shown = f.run("show", {{"instance", "i"}});
  CHECK(shown["info"]["status"]["state"] == "Running");
  CHECK(shown["summary"]["orchestration_name"] == "Approval");
  CHECK(shown["values"][0]["value"] == "asked");
  CHECK(shown["current_execution"]["pending_events"][0]["name"] == "Approved");
  CHECK(f.run("tree", {{"instance", "i"}})["instances"].size() == 1);
  const json history = f.run("history", {{"instance", "i"}});
  CHECK(history["events"][0]["type"] == "OrchestrationStarted");
  f.run("terminate", {{"instance", "i"}, {"reason", "enough"}});
  CHECK(f.run("show", {{"instance", "i"}})["info"]["status"]["cancelled"] == true);
  CHECK(f.refused("terminate", {{"instance", "i"}}) == Kind::refused);
  CHECK(f.refused("cancel", {{"instance", "i"}}) == Kind::refused);
}

TEST_CASE("control commands: a tree is told up to a limit, and whether that is all",
          "[control][tree]") {
  RunningFixture f;
  f.start("p", "Leaving");
  json tree;
  do {
    tree = f.run("tree", {{"instance", "p"}});
  } while (tree["instances"].size() < 2);
  CHECK(tree["root_id"] == "p");
  CHECK(tree["truncated"] == false);
  // Not the whole of both: the child may go on between them.
  const json exact = f.run("tree", {{"instance", "p"}, {"limit", 2}});
  CHECK(exact["truncated"] == false);
  REQUIRE(exact["instances"].size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(exact["instances"][i]["instance_id"] == tree["instances"][i]["instance_id"]);
  }
  const json cut = f.run("tree", {{"instance", "p"}, {"limit", 1}});
  CHECK(cut["truncated"] == true);
  REQUIRE(cut["instances"].size() == 1);
  CHECK(cut["instances"][0]["instance_id"] == "p");
  CHECK(f.refused("tree", {{"instance", "p"}, {"limit", 0}}) == Kind::usage);
  CHECK(f.refused("tree", {{"instance", "p"}, {"limit", 100'001}}) == Kind::usage);
}

TEST_CASE("control commands: a failed instance is rewound and forked", "[control]") {
  RunningFixture f;
  f.start("i", "Failing");
  f.await("i");
  CHECK(f.run("rewind", {{"instance", "i"}})["instance_id"] == "i");
  f.await("i");
  CHECK(f.run("fork", {{"instance", "i"}, {"new_instance", "j"}, {"event", 1}})["events_kept"] ==
        1);
  f.await("j");
  CHECK(f.refused("fork", {{"instance", "i"}, {"new_instance", "j"}}) == Kind::refused);
  CHECK(f.refused("fork", {{"instance", "i"}, {"new_instance", "l"}, {"execution", 99}}) ==
        Kind::not_found);
  CHECK(f.refused("rewind", {{"instance", "i"}, {"event", 99}}) == Kind::usage);
  f.start("k", "Approval");
  CHECK(f.refused("rewind", {{"instance", "k"}}) == Kind::refused);
  CHECK(f.refused("rewind", {{"instance", "k"}, {"event", 1}}) == Kind::refused);
  CHECK(f.run("release", {{"instance", "k"}})["released"] == 0);
}
