// Commands on a store that cannot do all that they need: each says so, and none takes what is missing
// for nothing.

#include <memory>
#include <optional>
#include <string>

#include <duroxide/management_protocol.hpp>

#include "gateway/command_fixture.hpp"
#include "support/scripted_provider.hpp"

namespace duroxide::gateway_unavailable_test {

using namespace duroxide::gateway;
using namespace duroxide::test;
using Catch::Contains;

namespace {

/// Knows one instance, and of it nothing but that it is there, with two below it, however many are asked for.
class Forgetful final : public ManagementActor::base {
 public:
  explicit Forgetful(caf::actor_config& config) : ManagementActor::base(config) {}

 protected:
  behavior_type make_behavior() override {
    return management::answer_only(
        [](const management::GetInstanceInfo& request) -> management::Answer<InstanceInfo> {
          InstanceInfo info;
          info.instance_id = request.instance;
          return info;
        },
        [](const management::GetInstanceDetails&)
            -> management::Answer<std::optional<InstanceDetails>> {
          return std::optional<InstanceDetails>();
        },
        [](const management::GetInstanceTree& request) -> management::Answer<InstanceTree> {
          InstanceTree tree;
          tree.root_id = request.instance;
          tree.instances.resize(3);
          tree.instances[0].instance_id = request.instance;
          return tree;
        },
        [](const management::CountInstances&) -> management::Answer<std::uint64_t> {
          return std::uint64_t{1};
        });
  }
};

struct Fixture {
  Fixture() : management(system.get().spawn<Forgetful>()) {
    forgetful.emplace(make_store(system.handle(), std::make_shared<ManualClock>(), provider.actor(),
                                 management, [] {}),
                      false);
    without.emplace(
        make_store(system.handle(), std::make_shared<ManualClock>(), provider.actor(), [] {}),
        false);
  }
  ~Fixture() {
    forgetful.reset();
    without.reset();
    actors::stop(management);
    provider.end();
    system.run();
  }

  CommandError refused(const StoreInUse& store, const char* command, const json& arguments) {
    CAPTURE(command);
    const auto result = run_command(store, command, arguments, sink);
    REQUIRE_FALSE(result);
    return result.error();
  }

  DeterministicSystem system;
  ScriptedProvider provider{system};
  ManagementActor management;
  std::optional<StoreInUse> forgetful;
  std::optional<StoreInUse> without;
  CollectingSink sink;
};

}  // namespace

TEST_CASE("control commands: without management each that needs it says so",
          "[control][management]") {
  Fixture f;
  const json instance{{"instance", "i"}};
  const json all{{"everything", true}};
  struct Row {
    const char* command;
    json arguments;
  };
  for (const auto& [command, arguments] : {
           Row{"list", json::object()},
           Row{"list_all", json::object()},
           Row{"count", json::object()},
           Row{"show", instance},
           Row{"history", instance},
           Row{"messages", instance},
           Row{"tree", instance},
           Row{"tail", instance},
           Row{"stats", json::object()},
           Row{"top", json::object()},
           Row{"metrics", json::object()},
           Row{"metrics", {{"format", "prometheus"}}},
           Row{"health", json::object()},
           Row{"stuck", json::object()},
           Row{"verify", json::object()},
           Row{"backup", {{"directory", "/nowhere"}}},
           Row{"pause", instance},
           Row{"terminate", instance},
           Row{"release", instance},
           Row{"delete", instance},
           Row{"delete", {{"instance", "i"}, {"dry_run", true}}},
           Row{"delete", all},
           Row{"delete", {{"everything", true}, {"dry_run", true}}},
           Row{"prune", {{"instance", "i"}, {"keep_last", 1}}},
           Row{"prune", {{"everything", true}, {"keep_last", 1}}},
           Row{"rewind", instance},
           Row{"cancel", {{"all", true}}},
           Row{"cancel", {{"all", true}, {"dry_run", true}}},
           Row{"pause", {{"all", true}}},
           Row{"pause", {{"all", true}, {"dry_run", true}}},
           Row{"fork", {{"instance", "i"}, {"new_instance", "j"}}},
           Row{"fork", {{"instance", "i"}, {"new_instance", "j"}, {"execution", 1}}},
           Row{"export", instance},
           Row{"complete", {{"of", "instances"}, {"prefix", "i"}}},
       }) {
    const auto error = f.refused(*f.without, command, arguments);
    CHECK(error.kind == Kind::failed);
    CHECK_THAT(error.message, Contains("management features not available"));
  }
  CHECK(f.sink.items.empty());
}

TEST_CASE("control commands: an instance that goes while it is shown is told as gone",
          "[control][details]") {
  Fixture f;
  const auto error = f.refused(*f.forgetful, "show", {{"instance", "i"}});
  CHECK(error.kind == Kind::not_found);
  CHECK(error.message == "the instance i was deleted just now");
}

TEST_CASE("control commands: a listing whose pages cannot be read is an error",
          "[control][listing]") {
  Fixture f;
  const json all{{"everything", true}, {"dry_run", true}};
  CHECK_THAT(f.refused(*f.forgetful, "list_all", json::object()).message,
             Contains("not available"));
  CHECK_THAT(f.refused(*f.forgetful, "delete", all).message, Contains("not available"));
  for (const bool dry_run : {false, true}) {
    const json many{{"all", true}, {"dry_run", dry_run}};
    CHECK_THAT(f.refused(*f.forgetful, "cancel", many).message, Contains("not available"));
  }
}

TEST_CASE(
    "control commands: of a tree no more is told than was asked for, whatever the store gives",
    "[control][tree]") {
  Fixture f;
  const auto cut = run_command(*f.forgetful, "tree", {{"instance", "i"}, {"limit", 1}}, f.sink);
  REQUIRE(cut);
  CHECK((*cut)["truncated"] == true);
  REQUIRE((*cut)["instances"].size() == 1);
  CHECK((*cut)["instances"][0]["instance_id"] == "i");
}

}  // namespace duroxide::gateway_unavailable_test
