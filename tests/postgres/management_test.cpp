// Management by SQL: what the conformance suite asks of no store, and what only a database can have wrong.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "conformance/asks.hpp"
#include "postgres/server.hpp"

namespace duroxide::postgres_management_test {

using namespace duroxide::conformance;
using namespace duroxide::management;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;

namespace {

using Ids = std::vector<std::string>;

Ids ids_of(const std::vector<InstanceSummary>& rows) {
  Ids ids;
  for (const InstanceSummary& row : rows) {
    ids.push_back(row.instance_id);
  }
  return ids;
}

Ids listed(World& world, const InstanceFilter& filter) {
  return ids_of(world.manage<ListInstances::Response>(ListInstances{filter}).value());
}

/// All pages, one after the other.
Ids paged(World& world, const InstanceFilter& filter, std::uint32_t size) {
  Ids ids;
  std::optional<std::string> cursor;
  do {
    const auto page = world.manage<ListPage::Response>(ListPage{filter, size, cursor}).value();
    const Ids more = ids_of(page.instances);
    ids.insert(ids.end(), more.begin(), more.end());
    cursor = page.next_cursor;
  } while (cursor);
  return ids;
}

VerifyReport verified(World& world) {
  return world.manage<VerifyStore::Response>(VerifyStore{}).value();
}
void check_clean(World& world) {
  const VerifyReport report = verified(world);
  INFO((report.problems.empty() ? "" : report.problems.front().what));
  REQUIRE(report.is_clean());
}

/// With the history that an engine would have written.
provider::AckOrchestrationItem ack_like(const provider::OrchestrationItem& item) {
  const Event started = started_event(item.orchestration_name);
  const auto end = [&](EventKind kind) { return Event{0, 0, started.timestamp, std::move(kind)}; };
  if (item.instance[0] == 'c') {
    auto ack = complete_of(item);
    ack.events = ack_of(item, {started, end(event::OrchestrationCompleted{"done"})}).events;
    return ack;
  }
  if (item.instance[0] == 'f') {
    auto ack = fail_of(item, "broken by " + item.instance);
    ack.events =
        ack_of(item, {started, end(event::OrchestrationFailed{*ack.metadata.failure})}).events;
    return ack;
  }
  return ack_of(item, {started});
}

/// Nine instances, one a second, three of each: `r` run, `c` have completed, `f` have failed. With a parent, they
/// are its children.
void populate(World& world, const std::optional<std::string>& parent = {}) {
  std::uint64_t children = 0;
  for (const auto* id : {"r1", "c1", "f1", "r2", "c2", "f2", "r3", "c3", "f3"}) {
    work::StartOrchestration start;
    start.instance = id;
    start.orchestration = std::string(id).back() == '2' ? "Other" : "Test";
    start.tags = {std::string(1, id[0]), "all"};
    if (parent) {
      start.parent = ParentLink{*parent, 1, ++children};
    }
    world.enqueue(start).value();
    world.clock->advance(1s);
  }
  for (const auto& item : world.fetch(9)) {
    world.ack(ack_like(item)).value();
    world.clock->advance(1s);
  }
}

/// Runs statements in the schema of the world's store.
void spoil(World& world, const std::string& statements) {
  const std::string schema = postgres_test::schema_of(world.directory->path());
  (void)postgres_test::query(postgres_test::server_address(),
                             "SET search_path TO \"" + schema + "\"; " + statements + "; SELECT 1");
}

void check_found(World& world, const std::string& what) {
  const auto report = verified(world);
  CHECK(report.problem_count > 0);
  std::string all;
  for (const StoreProblem& problem : report.problems) {
    all += problem.what + "\n";
  }
  CHECK_THAT(all, Catch::Contains(what));
}

}  // namespace

TEST_CASE("pages by SQL are the list in every order", "[postgres][pages][listing]") {
  World world(DUROXIDE_EVERY_STORE);
  populate(world);
  CHECK(listed(world, {}) == Ids{"r1", "c1", "f1", "r2", "c2", "f2", "r3", "c3", "f3"});
  for (const InstanceOrder order :
       {InstanceOrder::created, InstanceOrder::updated, InstanceOrder::id}) {
    for (const bool descending : {false, true}) {
      for (const bool tagged : {false, true}) {
        InstanceFilter filter;
        filter.order = order;
        filter.descending = descending;
        filter.tags = tagged ? std::vector<std::string>{"all"} : std::vector<std::string>{};
        const Ids all = listed(world, filter);
        CHECK(all.size() == 9);
        CHECK(paged(world, filter, 2) == all);
        filter.offset = 4;
        CHECK(listed(world, filter) == Ids(all.begin() + 4, all.end()));
      }
    }
  }
}

TEST_CASE("the children of an instance are listed in every order",
          "[postgres][pages][listing][children]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("p");
  world.ack(ack_like(world.fetch_one())).value();
  populate(world, "p");
  for (const InstanceOrder order :
       {InstanceOrder::created, InstanceOrder::updated, InstanceOrder::id}) {
    for (const bool descending : {false, true}) {
      for (const bool only_some : {false, true}) {
        InstanceFilter filter;
        filter.order = order;
        filter.descending = descending;
        if (only_some) {
          filter.status = {ExecutionStatus::running, ExecutionStatus::failed};
        }
        Ids children = listed(world, filter);
        std::erase(children, "p");
        CHECK(children.size() == (only_some ? 6 : 9));
        filter.parent_instance = "p";
        CHECK(listed(world, filter) == children);
        CHECK(paged(world, filter, 2) == children);
        filter.offset = 4;
        CHECK(listed(world, filter) == Ids(children.begin() + 4, children.end()));
        filter.tags = {"f"};
        filter.offset = 1;
        CHECK(listed(world, filter).size() == 2);
      }
    }
  }
}

TEST_CASE("filters of a listing are conditions of its statement", "[postgres][listing]") {
  World world(DUROXIDE_EVERY_STORE);
  populate(world);
  InstanceFilter filter;
  filter.status = {ExecutionStatus::failed};
  CHECK(listed(world, filter) == Ids{"f1", "f2", "f3"});
  filter.orchestration_name = "Other";
  CHECK(listed(world, filter) == Ids{"f2"});
  CHECK(world.manage<CountInstances::Response>(CountInstances{filter}).value() == 1);
  filter = {};
  filter.tags = {"all", "c"};
  CHECK(listed(world, filter) == Ids{"c1", "c2", "c3"});
  filter.created_after = world.clock->now() - 14s;
  CHECK(listed(world, filter) == Ids{"c2", "c3"});
  CHECK(world.manage<CountInstances::Response>(CountInstances{filter}).value() == 2);
  filter = {};
  filter.id_prefix = "r";
  filter.search = "R2";
  CHECK(listed(world, filter) == Ids{"r2"});
  filter.id_prefix = "%";
  CHECK(listed(world, filter).empty());
  filter = {};
  filter.search = "BROKEN by f3";
  CHECK(listed(world, filter) == Ids{"f3"});
}

TEST_CASE("counts are the same before and after they are added up", "[postgres][overview]") {
  World world(DUROXIDE_EVERY_STORE);
  populate(world);
  const auto counts = [&] {
    return world.manage<GetInstanceCounts::Response>(GetInstanceCounts{}).value();
  };
  const InstanceCounts before = counts();
  CHECK(before == InstanceCounts{9, 3, 3, 3, 0, 0});
  spoil(world, "SELECT fold_counts()");
  CHECK(counts() == before);
  world.manage<DeleteInstances::Response>(DeleteInstances{{"c1"}, false}).value();
  CHECK(counts() == InstanceCounts{8, 3, 2, 3, 0, 0});
  check_clean(world);
}

TEST_CASE("what goes on from a history is sound", "[postgres][restore]") {
  World world(DUROXIDE_EVERY_STORE);
  populate(world);
  world.manage<RewindInstance::Response>(RewindInstance{"f1", {}}).value();
  world.manage<ForkInstance::Response>(ForkInstance{"f2", "copy", {}}).value();
  auto exported = world.manage<ExportInstance::Response>(ExportInstance{"r3"}).value();
  world.manage<DeleteInstances::Response>(DeleteInstances{{"r3"}, true}).value();
  world.manage<ImportInstance::Response>(ImportInstance{exported}).value();
  CHECK(world.manage<ImportInstance::Response>(ImportInstance{exported}).error().kind ==
        Kind::instance_already_exists);
  CHECK(world.manage<ExportInstance::Response>(ExportInstance{"r3"}).value().executions ==
        exported.executions);
  CHECK(world.status("f1") == ExecutionStatus::running);
  CHECK(world.status("copy") == ExecutionStatus::running);
  world.manage<TerminateInstance::Response>(TerminateInstance{"r1", "no more"}).value();
  CHECK(world.status("r1") == ExecutionStatus::cancelled);
  check_clean(world);
}

TEST_CASE("rows that contradict each other are found", "[postgres][verify]") {
  World world(DUROXIDE_EVERY_STORE);
  populate(world);
  check_clean(world);
  SECTION("a history is gone") {
    spoil(world,
          "DELETE FROM history USING instances i WHERE i.number = history.number"
          " AND i.id = 'c1'");
    check_found(world, "its record counts");
  }
  SECTION("a turn's row is gone") {
    spoil(world,
          "DELETE FROM turns USING instances i WHERE i.number = turns.number"
          " AND i.id = 'c1'");
    check_found(world, "no row in `turns`");
  }
  SECTION("an instance is gone") {
    spoil(world, "DELETE FROM instances WHERE id = 'c1'");
    check_found(world, "the instance of the row is not there");
  }
  SECTION("a count is wrong") {
    spoil(world, "INSERT INTO count_changes VALUES ('Test', 0, 1)");
    check_found(world, "it counts");
  }
  SECTION("a tag is gone") {
    spoil(world, "DELETE FROM instance_tags WHERE tag = 'c'");
    check_found(world, "its tags are listed otherwise");
  }
  SECTION("a message is no message") {
    spoil(world,
          "INSERT INTO inbox SELECT number, 9, 6, 0, 0, 1, false, 'x'::bytea FROM instances"
          " WHERE id = 'r1'");
    check_found(world, "the record");
  }
}

TEST_CASE("what is the database's own business is said to be", "[postgres][backup]") {
  World world(DUROXIDE_EVERY_STORE);
  const auto asked = world.manage<BackupStore::Response>(BackupStore{"/nowhere", {}});
  CHECK(asked.error().kind == Kind::not_available);
  CHECK_THAT(asked.error().message, Catch::Contains("pg_basebackup"));
}

}  // namespace duroxide::postgres_management_test
