// What commands delete, on a store in memory.

#include "gateway/command_fixture.hpp"

using namespace duroxide;
using namespace duroxide::gateway;

TEST_CASE("control commands: to mean everything must be said", "[control]") {
  CommandFixture f;
  f.start("i");
  CHECK(f.refused("delete") == Kind::usage);
  CHECK(f.refused("delete", {{"force", true}}) == Kind::usage);
  CHECK(f.refused("delete", {{"instance", "i"}, {"name", "O"}}) == Kind::usage);
  CHECK(f.refused("prune", {{"keep_last", 1}}) == Kind::usage);
  CHECK(f.refused("pause") == Kind::usage);
  CHECK(f.refused("pause", {{"instance", "i"}, {"store", true}}) == Kind::usage);
  CHECK(f.refused("delete", {{"instance", "i"}}) == Kind::refused);
  CHECK(f.run("delete", {{"everything", true}, {"dry_run", true}})["would_delete"].empty());
  CHECK(f.run("delete", {{"everything", true}, {"dry_run", true}, {"force", true}})["would_delete"]
            .size() == 1);
  CHECK(f.refused("delete", {{"instance", "i"}, {"dry_run", true}}) == Kind::refused);
  CHECK(f.run("delete", {{"instance", "i"}, {"dry_run", true}, {"force", true}})["would_delete"]
            .size() == 1);
  CHECK(f.run("delete", {{"everything", true}})["instances_deleted"] == 0);
  CHECK(f.run("delete", {{"everything", true}, {"force", true}})["instances_deleted"] == 1);
  CHECK(f.run("count")["count"] == 0);
}

TEST_CASE("control commands: a dry run finds out beforehand what a delete would refuse",
          "[control]") {
  RunningFixture f;
  f.start("p", "Parent");
  f.await("p");
  const auto would = [&](json more) {
    more["dry_run"] = true;
    return f.run("delete", more)["would_delete"].size();
  };
  CHECK(f.refused("delete", {{"instance", "p"}, {"dry_run", true}}) == Kind::refused);
  CHECK(f.refused("delete", {{"instance", "c"}, {"dry_run", true}}) == Kind::refused);
  CHECK(f.refused("delete", {{"instance", "c"}, {"dry_run", true}, {"force", true}}) ==
        Kind::refused);
  CHECK(would({{"instance", "p"}, {"cascade", true}}) == 2);
  CHECK(would({{"everything", true}}) == 1);
  // A root that has ended, with a child that is kept from that
  f.run("pause", {{"orchestration", "Approval"}});
  f.start("q", "Leaving");
  f.run("raise", {{"instance", "q"}, {"name", "Go"}});
  f.await("q");
  CHECK(f.refused("delete", {{"instance", "q"}, {"cascade", true}, {"dry_run", true}}) ==
        Kind::refused);
  CHECK(would({{"everything", true}}) == 1);
  CHECK(would({{"everything", true}, {"force", true}}) == 2);
  CHECK(f.run("count")["count"] == 4);
}

TEST_CASE("control commands: the limit of a bulk delete is how many it deletes", "[control]") {
  RunningFixture f;
  for (const char* instance : {"a", "b"}) {
    f.start(instance, "Approval");
  }
  for (const char* instance : {"c", "d", "e"}) {
    f.start(instance, "Failing");
    f.await(instance);
  }
  const json two{{"everything", true}, {"limit", 2}};
  json look = two;
  look["dry_run"] = true;
  CHECK(f.run("delete", look)["would_delete"].size() == 2);
  CHECK(f.run("delete", two)["instances_deleted"] == 2);
  CHECK(f.sink.reported.done == 2);
  CHECK(f.sink.reported.total == 2);
  CHECK(f.run("delete", two)["instances_deleted"] == 1);
  CHECK(f.run("count")["count"] == 2);
}

TEST_CASE("control commands: a bulk delete is interrupted between two transactions", "[control]") {
  CommandFixture f;
  constexpr std::uint64_t instances = 500;  // more than one takes
  for (std::uint64_t i = 0; i < instances; ++i) {
    f.start("i" + std::to_string(i));
  }
  f.sink.goes_on = false;
  CHECK(f.refused("delete", {{"everything", true}, {"force", true}}) == Kind::interrupted);
  CHECK(f.sink.reported.total == instances);
  CHECK(f.sink.reported.done > 0);
  CHECK(f.run("count")["count"] == instances - f.sink.reported.done);
}
