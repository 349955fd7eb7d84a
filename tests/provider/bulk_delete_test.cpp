// Deleting many: several trees in one commit, each whole or not at all.

#include <algorithm>

#include <catch2/catch.hpp>

#include <duroxide/management.hpp>

#include "conformance/ended.hpp"
#include "provider/acting_steps.hpp"
#include "provider/damaged.hpp"
#include "provider/faulty_world.hpp"

namespace duroxide::bulk_delete_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;

namespace {

void end_all(World& world, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    world.ack(with_end(complete_of(world.fetch_one()))).value();
  }
}

/// So many instances that have completed: `prefix` and a number.
Ids end_instances(World& world, std::size_t count, const std::string& prefix = "i") {
  Ids ids;
  for (std::size_t i = 0; i < count; ++i) {
    ids.push_back(prefix + std::to_string(i));
    world.start(ids.back());
  }
  end_all(world, count);
  return ids;
}

/// A root with so many children, all completed.
Ids end_tree(World& world, const std::string& root, std::size_t children) {
  Ids ids{root};
  world.start(root);
  for (std::size_t i = 0; i < children; ++i) {
    ids.push_back(root + "/" + std::to_string(i));
    world.enqueue(child_item(ids.back(), root, i + 2)).value();
  }
  end_all(world, ids.size());
  return ids;
}

Ids ids_in(World& world) {
  Ids ids = ManagementClient(*world.store).list_all_instances().value();
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::size_t count_there(World& world, const Ids& ids) {
  return static_cast<std::size_t>(std::count_if(
      ids.begin(), ids.end(), [&](const auto& id) { return !world.status(id).is_not_found(); }));
}

storage::EngineOptions few_rows(std::size_t rows) {
  storage::EngineOptions options;
  options.bulk_rows = rows;
  return options;
}

/// What the deletion of one small instance changes.
constexpr std::size_t small = 8;

}  // namespace

TEST_CASE("a thousand small instances are deleted in a few commits", "[bulk][delete]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  const auto before = dump(*faulty.kv);
  end_instances(world, 1000);
  const ManagementClient client(*world.store);
  faulty.kv->commits = 0;
  std::vector<std::uint64_t> steps;
  const auto deleted = client.delete_instances({}, {}, [&](const Progress& progress) {
    steps.push_back(progress.done);
    CHECK(progress.total == 1000);
    return true;
  });
  CHECK(deleted.value() == DeleteInstanceResult{1000, 1000, 2000, 0});
  CHECK(faulty.kv->commits <= 10);
  CHECK(faulty.kv->commits == static_cast<int>(steps.size()));
  CHECK(steps.back() == 1000);
  CHECK(dump(*faulty.kv) == before);
}

TEST_CASE("of many, those that may not be deleted are left and counted",
          "[conformance][bulk][delete]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const ManagementClient client(*world.store);
  for (const auto* root : {"t1", "t2", "t3"}) {
    end_tree(world, root, 2);
  }
  end_instances(world, 3);
  world.start("ended");
  world.enqueue(child_item("ended/running", "ended")).value();
  for (auto& item : world.fetch(2)) {
    world.ack(item.instance == "ended" ? with_end(complete_of(item)) : ack_of(item)).value();
  }
  world.start("running");
  world.ack(ack_of(world.fetch_one())).value();
  Progress last;
  const auto deleted = client.delete_instances({}, {}, [&](const Progress& progress) {
    last = progress;
    return true;
  });
  CHECK(deleted.value().instances_deleted == 12);
  CHECK(last.done == 8);
  CHECK(last.total == 8);
  CHECK(ids_in(world) == Ids{"ended", "ended/running", "running"});
  CHECK(verify(world).is_clean());
  CHECK(client.delete_instances({}, {true, true}).value().instances_deleted == 3);
  CHECK(ids_in(world).empty());
  CHECK(verify(world).is_clean());
}

TEST_CASE("a tree is never cut by the end of a transaction", "[bulk][delete]") {
  const auto rows = GENERATE(range(small, 8 * small));
  FaultyWorld faulty(std::make_shared<FaultyKv>(), few_rows(rows));
  World& world = faulty.world;
  std::vector<Ids> trees;
  for (const std::size_t children : {0U, 3U, 1U, 2U, 0U}) {
    trees.push_back(end_tree(world, "t" + std::to_string(trees.size()), children));
  }
  faulty.kv->commits = 0;
  const auto deleted =
      ManagementClient(*world.store).delete_instances({}, {}, [&](const Progress&) {
        for (const Ids& tree : trees) {
          const auto there = count_there(world, tree);
          CHECK((there == 0 || there == tree.size()));
        }
        return true;
      });
  CHECK(deleted.value().instances_deleted == 11);
  CHECK(faulty.kv->commits >= 2);
  CHECK(faulty.kv->commits <= 5);
  CHECK(ids_in(world).empty());
  CHECK(verify(world).is_clean());
}

TEST_CASE("a transaction that has lasted takes no further tree", "[bulk][delete]") {
  storage::EngineOptions options;
  options.longest_bulk = 0ms;
  FaultyWorld faulty(std::make_shared<FaultyKv>(), options);
  World& world = faulty.world;
  end_instances(world, 4);
  faulty.kv->commits = 0;
  CHECK(ManagementClient(*world.store).delete_instances({}).value().instances_deleted == 4);
  CHECK(faulty.kv->commits == 4);
}

TEST_CASE("a tree that is too large for others goes by itself", "[bulk][delete]") {
  storage::EngineOptions options;
  options.most_in_tree = 3;
  FaultyWorld faulty(std::make_shared<FaultyKv>(), options);
  World& world = faulty.world;
  end_instances(world, 2, "a");
  end_tree(world, "large", 4);
  end_instances(world, 2, "z");
  faulty.kv->commits = 0;
  CHECK(ManagementClient(*world.store).delete_instances({}).value() ==
        DeleteInstanceResult{9, 9, 18, 0});
  CHECK(faulty.kv->commits == 3);
  CHECK(ids_in(world).empty());
}

TEST_CASE("the limit counts what is deleted, not what is left", "[bulk][delete]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  for (const auto* id : {"r1", "r2", "r3"}) {
    world.start(id);
    world.ack(ack_of(world.fetch_one())).value();
  }
  end_instances(world, 5);
  InstanceFilter three;
  three.limit = 3;
  faulty.kv->commits = 0;
  CHECK(ManagementClient(*world.store).delete_instances(three).value().instances_deleted == 3);
  CHECK(faulty.kv->commits == 1);
  CHECK(ids_in(world) == Ids{"i3", "i4", "r1", "r2", "r3"});
}

TEST_CASE("a deletion of many that finds no room leaves whole what is not deleted",
          "[bulk][delete]") {
  FaultyWorld faulty(std::make_shared<FaultyKv>(), few_rows(3 * small));
  World& world = faulty.world;
  const Ids ids = end_instances(world, 9);
  const ManagementClient client(*world.store);
  std::map<std::string, std::string> rest;
  const auto failed = client.delete_instances({}, {}, [&](const Progress&) {
    rest = dump(*faulty.kv);
    faulty.kv->room = 0;
    return true;
  });
  faulty.kv->room = FaultyKv::endless;
  REQUIRE_FALSE(failed);
  CHECK(failed.error().kind == ClientError::Kind::storage_error);
  CHECK(dump(*faulty.kv) == rest);
  const auto there = count_there(world, ids);
  CHECK(there > 0);
  CHECK(there < 9);
  CHECK(verify(world).is_clean());
  CHECK(client.delete_instances({}).value().instances_deleted == there);
}

TEST_CASE("a deletion of many that ends with the process is taken up again",
          "[bulk][reopen][delete]") {
  const bool crashes = GENERATE(false, true);
  auto first = std::make_unique<FaultyWorld>(std::make_shared<FaultyKv>(), few_rows(3 * small));
  const auto kv = first->kv;
  const Ids ids = end_instances(first->world, 9);
  const auto stopped =
      ManagementClient(*first->world.store).delete_instances({}, {}, [](const Progress&) {
        return false;
      });
  const auto deleted = stopped.value().instances_deleted;
  CHECK(deleted > 0);
  CHECK(deleted < 9);
  if (crashes) {
    FaultyWorld::crash(first);
  } else {
    first.reset();
  }
  FaultyWorld second(kv);
  CHECK(count_there(second.world, ids) == 9 - deleted);
  CHECK(verify(second.world).is_clean());
  CHECK(ManagementClient(*second.world.store).delete_instances({}).value().instances_deleted ==
        9 - deleted);
}

TEST_CASE("a damaged tree does not keep others from being deleted", "[bulk][corruption][delete]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  end_instances(world, 3);
  faulty.kv->plant(storage::Table::by_parent, storage::make_key(std::uint64_t{2}, std::uint64_t{9}),
                   std::string());
  const auto deleted = ManagementClient(*world.store).delete_instances({});
  CHECK(deleted.value().instances_deleted == 2);
  CHECK(ids_in(world) == Ids{"i1"});
}

}  // namespace duroxide::bulk_delete_test
