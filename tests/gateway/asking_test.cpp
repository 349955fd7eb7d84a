// `update` and `query`, on a store in memory.

#include <string>

#include "gateway/command_fixture.hpp"
#include "support/counting.hpp"

using namespace duroxide;
using namespace duroxide::gateway;

namespace asking_commands_test {

struct CountingFixture : CommandFixture {
  CountingFixture() {
    runtime.register_orchestration("Count", testing::count_up);
    REQUIRE(runtime.start());
    start("c", "Count");
  }

  json add(const std::string& input) {
    return {{"instance", "c"}, {"name", "Add"}, {"input", input}};
  }

  Runtime runtime{store};
};

json total_of(const std::string& instance) {
  return {{"instance", instance}, {"name", "Total"}};
}

}  // namespace asking_commands_test

using namespace asking_commands_test;

TEST_CASE("control commands: the code of an instance is asked, and its answer is the result",
          "[control][updates][queries]") {
  CountingFixture f;
  CHECK(f.run("update", f.add("3")) ==
        json{{"instance_id", "c"}, {"name", "Add"}, {"answer", "3"}});
  CHECK(f.run("query", total_of("c")) ==
        json{{"instance_id", "c"}, {"name", "Total"}, {"answer", "3"}});
}

TEST_CASE("control commands: an update with an id is done once", "[control][updates]") {
  CountingFixture f;
  json once = f.add("2");
  once["id"] = "u-1";
  CHECK(f.run("update", once)["id"] == "u-1");
  CHECK(f.run("update", once)["answer"] == "2");
  CHECK(f.run("update", f.add("1"))["answer"] == "3");
}

TEST_CASE("control commands: what the code says no to tells why by its kind",
          "[control][updates][queries][errors]") {
  CountingFixture f;
  CHECK(f.refused("update", f.add("-1")) == Kind::refused);
  CHECK(f.refused("update", f.add("13")) == Kind::failed);
  CHECK(f.refused("update", {{"instance", "c"}}) == Kind::usage);
  CHECK(f.refused("update", {{"instance", "nobody"}, {"name", "Add"}}) == Kind::not_found);
  CHECK(f.refused("query", {{"instance", "c"}, {"name", "Nonsense"}}) == Kind::failed);
  CHECK(f.refused("query", total_of("nobody")) == Kind::not_found);
  json once = f.add("1");
  once["id"] = "";
  CHECK(f.refused("update", once) == Kind::usage);
  REQUIRE(f.in_use.client.raise_event("c", "Stop"));
  f.await("c");
  CHECK(f.refused("update", f.add("1")) == Kind::refused);
  CHECK(f.refused("query", total_of("c")) == Kind::refused);
}

TEST_CASE("control commands: an answer that does not come in time is a failure",
          "[control][updates][queries][waits]") {
  CommandFixture f;  // nobody runs on its store
  f.start("i");
  json ask{{"instance", "i"}, {"name", "Add"}, {"timeout", 1}};
  CHECK(f.refused("update", ask) == Kind::failed);
  CHECK(f.refused("query", ask) == Kind::failed);
}

TEST_CASE("control commands: who no longer waits for an answer interrupts the wait",
          "[control][updates][queries][cancellation]") {
  CommandFixture f;
  f.start("i");
  f.sink.goes_on = false;
  const json ask{{"instance", "i"}, {"name", "Add"}};
  CHECK(f.refused("update", ask) == Kind::interrupted);
  CHECK(f.refused("query", ask) == Kind::interrupted);
}

TEST_CASE("control commands: where no engine runs, nobody is asked who could not answer",
          "[control][updates][queries]") {
  CountingFixture f;
  json once = f.add("2");
  once["id"] = "u-1";
  f.run("update", once);
  f.in_use.live = false;
  CHECK(f.refused("update", f.add("1")) == Kind::failed);
  CHECK(f.refused("query", total_of("c")) == Kind::failed);
  CHECK(f.refused("update", {{"instance", "nobody"}, {"name", "Add"}}) == Kind::not_found);
  REQUIRE(f.in_use.client.raise_event("c", "Stop"));
  f.await("c");
  CHECK(f.run("update", once)["answer"] == "2");
  CHECK(f.refused("query", total_of("c")) == Kind::refused);
}
