// An instance with everything below it.

#include <catch2/catch.hpp>

#include "provider/faulty_world.hpp"
#include "storage/keys.hpp"

namespace duroxide::tree_test {

using namespace duroxide::provider;
using namespace duroxide::testing;

namespace {

InstanceTree tree(World& world, const std::string& id) {
  return world.manage<Answer<InstanceTree>>(management::GetInstanceTree{id}).value();
}

void start_child(World& world, const std::string& id, const std::string& parent) {
  world.enqueue(start_item(id, "Test", ParentLink{parent, 0, 0})).value();
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("a tree is shown depth first, children in order of creation", "[tree][children]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("root");
  world.start("other");
  start_child(world, "b", "root");
  start_child(world, "a", "root");
  start_child(world, "b2", "b");
  start_child(world, "b1", "b");
  start_child(world, "deep", "b2");
  start_child(world, "a1", "a");
  const auto all = tree(world, "root");
  CHECK(all.root_id == "root");
  CHECK(all.all_ids() == Ids{"root", "b", "b2", "deep", "b1", "a", "a1"});
  CHECK(all.size() == 7);
  CHECK_FALSE(all.is_root_only());
  CHECK(tree(world, "b").all_ids() == Ids{"b", "b2", "deep", "b1"});
  CHECK(tree(world, "other").is_root_only());
  CHECK(world.manage<Answer<InstanceTree>>(management::GetInstanceTree{"unknown"}).error().kind ==
        ProviderError::Kind::instance_not_found);
}

TEST_CASE("of a tree no more is read than is asked for", "[tree][children][limits]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("root");
  start_child(world, "b", "root");
  start_child(world, "a", "root");
  start_child(world, "b1", "b");
  const auto first = [&](std::uint32_t limit) {
    return world.manage<Answer<InstanceTree>>(management::GetInstanceTree{"root", limit})
        .value()
        .all_ids();
  };
  CHECK(first(0) == Ids{"root"});
  CHECK(first(1) == Ids{"root"});
  CHECK(first(3) == Ids{"root", "b", "b1"});
  CHECK(first(4) == Ids{"root", "b", "b1", "a"});
  CHECK(first(5) == Ids{"root", "b", "b1", "a"});
}

TEST_CASE("a tree is larger than one snapshot", "[tree][children]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("root");
  for (int i = 0; i < 4500; ++i) {
    const auto parent = i < 10 ? "root" : "c" + std::to_string(i % 10);
    (void)world.client->ask<Done>(EnqueueOrchestratorWork{
        start_item("c" + std::to_string(i), "Test", ParentLink{parent, 0, 0}), {}, false});
  }
  world.run();
  const auto all = tree(world, "root");
  REQUIRE(all.size() == 4501);
  CHECK(all.instances.at(1).instance_id == "c0");
  CHECK(all.instances.at(2).instance_id == "c10");
  CHECK(all.instances.back().instance_id == "c4499");
}

TEST_CASE("an unreadable child does not hide what is below it", "[tree][children]") {
  FaultyWorld faulty;
  faulty.world.start("root");
  start_child(faulty.world, "bad", "root");
  start_child(faulty.world, "below", "bad");
  start_child(faulty.world, "good", "root");
  faulty.kv->plant(storage::Table::instances, storage::make_key(std::uint64_t{2}), "rubbish");
  CHECK(tree(faulty.world, "root").all_ids() == Ids{"root", "below", "good"});
}

}  // namespace duroxide::tree_test
