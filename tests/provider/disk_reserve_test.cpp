// Room that is kept on the disk, so that what makes room finds some.

#include <algorithm>
#include <utility>

#include <catch2/catch.hpp>

#include "provider/engine_process.hpp"
#include "provider/faulty_world.hpp"
#include "provider/full_disk.hpp"
#include "storage/keys.hpp"
#include "storage/lmdb/disk_reserve.hpp"
#include "storage/lmdb/lmdb_kv.hpp"

namespace duroxide::disk_reserve_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;
using storage::Table;

namespace {

using Deleted = Answer<DeleteInstanceResult>;
using Pruned = Answer<PruneResult>;

std::filesystem::path reserve_in(const TempDir& temp) {
  return temp.path() / storage::reserve_file_name;
}

void end(World& world, const std::string& name) {
  world.enqueue(work::StartOrchestration{name, "T", std::string(100'000, 'x'), {}, {}}).value();
  world.ack(complete_of(world.fetch_one(), std::string(100'000, 'y'))).value();
}

/// Starts instances until there is no room for another.
void fill_disk(World& world) {
  for (const std::size_t bytes : {std::size_t{100'000}, std::size_t{1'000}, std::size_t{1}}) {
    for (int i = 0;; ++i) {
      const auto name = std::to_string(bytes) + " bytes " + std::to_string(i);
      const auto done =
          world.enqueue(work::StartOrchestration{name, "T", std::string(bytes, 'x'), {}, {}});
      if (!done) {
        CHECK(done.error().kind == Kind::disk_full);
        break;
      }
    }
  }
}

Deleted remove(World& world, const std::string& name) {
  return world.manage<Deleted>(management::DeleteInstances{{name}, true});
}

void write(storage::LmdbKv& kv, int commits) {
  for (int i = 0; i < commits; ++i) {
    storage::Changes changes;
    changes.at(static_cast<std::size_t>(Table::values))
        .emplace("key " + std::to_string(i), storage::Change{"value", false});
    kv.commit(std::move(changes));
  }
}

}  // namespace

TEST_CASE("a deletion finds room on a full disk, and leaves some", "[lmdb][delete]") {
  TempDir temp;
  auto world = open_world(temp.path());
  for (int i = 0; i < 20; ++i) {
    end(*world, "ended " + std::to_string(i));
  }
  CHECK(std::filesystem::exists(reserve_in(temp)));
  {
    const FullDisk disk(temp.path(), 0);
    fill_disk(*world);
    for (int i = 0; i < 20; ++i) {
      INFO(i);
      const auto deleted = remove(*world, "ended " + std::to_string(i));
      REQUIRE(deleted);
      CHECK(deleted->instances_deleted == 1);
    }
    CHECK_FALSE(std::filesystem::exists(reserve_in(temp)));
    CHECK(world->enqueue(start_item("new")));
    world.reset();
    world = open_world(temp.path());
    CHECK(world->status("ended 0").is_not_found());
    CHECK(world->status("new").is_running());
  }
  CHECK(world->manage<Answer<VerifyReport>>(management::VerifyStore{}).value().is_clean());
}

TEST_CASE("a disk that was full takes everything again once there is room", "[lmdb]") {
  TempDir temp;
  auto world = open_world(temp.path());
  world->start("a");
  const auto turn = world->fetch_one();
  {
    FullDisk disk(temp.path(), 0);
    fill_disk(*world);
    CHECK(world->status("a").is_running());
    CHECK(world->ack(ack_of(turn, {started_event()})).error().kind == Kind::disk_full);
    disk.add(std::uint64_t{64} << 20);
    // It looks again a tenth of a second later.
    while (!world->enqueue(start_item("new"))) {
    }
    world->clock->advance(10s);
    (void)world->timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{1, {}});
    auto items = world->fetch(1000);
    const auto again = std::find_if(items.begin(), items.end(),
                                    [](const auto& item) { return item.instance == "a"; });
    REQUIRE(again != items.end());
    CHECK(again->attempt_count == 1);
    CHECK(world->ack(ack_of(*again, {started_event()})));
    world.reset();
  }
  world = open_world(temp.path());
  CHECK(world->history("a").size() == 1);
  CHECK(world->status("new").is_running());
  const auto report = world->manage<Answer<VerifyReport>>(management::VerifyStore{}).value();
  INFO((report.is_clean() ? std::string() : report.problems.at(0).what));
  CHECK(report.is_clean());
}

TEST_CASE("old executions find room on a full disk", "[lmdb][prune]") {
  TempDir temp;
  auto world = open_world(temp.path());
  world->start("a");
  for (int i = 0; i < 10; ++i) {
    world->ack(continue_of(world->fetch_one(), std::string(100'000, 'x'))).value();
  }
  const FullDisk disk(temp.path(), 0);
  fill_disk(*world);
  const auto pruned = world->manage<Pruned>(management::PruneExecutions{"a", PruneOptions{1, {}}});
  REQUIRE(pruned);
  CHECK(pruned->executions_deleted == 10);
}

TEST_CASE("a store that filled its disk can be opened there, and deleted from", "[lmdb][restart]") {
  TempDir temp;
  {
    auto world = open_world(temp.path());
    end(*world, "ended");
    const FullDisk disk(temp.path(), 0);
    fill_disk(*world);
  }
  const FullDisk disk(temp.path(), 0);
  auto world = open_world(temp.path());
  CHECK(remove(*world, "ended"));
}

TEST_CASE("the room is taken again when there is some", "[lmdb]") {
  TempDir temp;
  storage::LmdbKv kv(temp.path(), Durability::none, std::uint64_t{64} << 20,
                     storage::DirectoryLock(temp.path()));
  CHECK(std::filesystem::file_size(reserve_in(temp)) >= (std::size_t{2} << 20));
  CHECK(kv.give_up_reserve());
  CHECK_FALSE(std::filesystem::exists(reserve_in(temp)));
  CHECK_FALSE(kv.give_up_reserve());
  write(kv, 300);
  CHECK(std::filesystem::exists(reserve_in(temp)));
  CHECK(kv.give_up_reserve());
}

TEST_CASE("a link in the place of the room that is kept is refused", "[lmdb]") {
  TempDir temp;
  open_world(temp.path()).reset();
  std::filesystem::remove(reserve_in(temp));
  std::filesystem::create_symlink(temp.path() / "data.mdb", reserve_in(temp));
  const auto before = std::filesystem::file_size(temp.path() / "data.mdb");
  CHECK_THROWS(open_world(temp.path()));
  CHECK(std::filesystem::file_size(temp.path() / "data.mdb") == before);
}

TEST_CASE("what makes no room gets none of what is kept", "[commit_failure][delete]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  faulty.kv->reserves = 1;
  faulty.kv->room = 0;
  CHECK(world.enqueue(start_item("b")).error().kind == Kind::disk_full);
  CHECK(faulty.kv->reserves == 1);
  CHECK(remove(world, "a"));
  CHECK(faulty.kv->reserves == 0);
  CHECK(world.status("a").is_not_found());
}

TEST_CASE("a turn that drops old executions gets none of what is kept", "[commit_failure][prune]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  for (int i = 0; i < 3; ++i) {
    world.ack(continue_of(world.fetch_one())).value();
  }
  auto ack = continue_of(world.fetch_one());
  ack.prune = PruneOptions{1, {}};
  faulty.kv->reserves = 1;
  faulty.kv->room = 0;
  CHECK(world.ack(ack).error().kind == Kind::disk_full);
  CHECK(faulty.kv->reserves == 1);
}

TEST_CASE("an opening that finds the disk full takes what is kept", "[commit_failure][restart]") {
  const auto kv = std::make_shared<FaultyKv>();
  FaultyWorld(kv).world.start("a");
  kv->room = 0;
  CHECK_THROWS_AS(storage::begin_opening(*kv), storage::StorageFailure);
  kv->reserves = 1;
  FaultyWorld again(kv);
  CHECK(kv->reserves == 0);
  kv->reserves = 1;
  CHECK(remove(again.world, "a"));
}

TEST_CASE("a deletion in a large batch gets none of what is kept", "[commit_failure][delete]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  faulty.kv->reserves = 1;
  const auto start_large = [&](const std::string& id) {
    return world.client->ask<Done>(EnqueueOrchestratorWork{
        work::StartOrchestration{id, "T", std::string(1'000'000, 'x'), {}, {}}, {}, false});
  };
  (void)start_large("large 1");
  world.run();
  faulty.kv->room = faulty.kv->most_asked;
  const auto start = start_large("large 2");
  const auto deleted = ask_writer<Deleted>(world, management::DeleteInstances{{"a"}, true});
  world.run();
  CHECK(start.answer());
  REQUIRE_FALSE(deleted.answer());
  CHECK(deleted.error().kind == Kind::disk_full);
  CHECK(faulty.kv->reserves == 1);
  faulty.kv->room = 0;
  CHECK(remove(world, "a"));
  CHECK(faulty.kv->reserves == 0);
}

}  // namespace duroxide::disk_reserve_test
