// What a store says of its size.

#include <filesystem>

#include <catch2/catch.hpp>

#include <duroxide/management.hpp>

#include "provider/acting_steps.hpp"
#include "provider/engine_process.hpp"
#include "provider/world.hpp"

namespace duroxide::store_size_test {

using namespace duroxide::testing;

namespace {

SystemMetrics metrics_of(const Store& store) {
  return ManagementClient(store).get_system_metrics().value();
}

/// Of a store that nobody has open: all that was committed is in its database.
SystemMetrics metrics_of(const std::filesystem::path& directory) {
  System system;
  return metrics_of(
      LmdbProvider::open_read_only(
          directory, LmdbOptions().actor_system(use_actor_system(system.actors())).log_sink({}))
          .value());
}

}  // namespace

TEST_CASE("pages that deletion has freed are not counted as used", "[size]") {
  const TempDir temp;
  open_world(temp.path())->close();
  const auto empty = metrics_of(temp.path());
  {
    const auto world = open_world(temp.path());
    for (int i = 0; i < 50; ++i) {
      const std::string id = "i" + std::to_string(i);
      world->start(id);
      world->ack(complete_of(world->fetch_one(), std::string(100'000, 'x'))).value();
    }
    world->close();
  }
  const auto full = metrics_of(temp.path());
  CHECK(full.store_bytes > empty.store_bytes + 50 * 100'000);
  {
    const auto world = open_world(temp.path());
    REQUIRE(ManagementClient(*world->store).delete_instances({}));
    world->close();
  }
  const auto after = metrics_of(temp.path());
  CHECK(after.store_bytes < empty.store_bytes + 500'000);
  CHECK(after.store_reusable_bytes > full.store_reusable_bytes + 45 * 100'000);
  CHECK(after.store_file_bytes >= full.store_file_bytes);
  CHECK(after.store_file_bytes > 50 * 100'000);
}

TEST_CASE("a store in memory has no size", "[size]") {
  World world(Backend::memory);
  world.start("i");
  const auto found = metrics_of(*world.store);
  CHECK(found.store_bytes == 0);
  CHECK(found.store_reusable_bytes == 0);
  CHECK(found.store_file_bytes == 0);
}

TEST_CASE("who only reads a store sees its size too", "[size]") {
  World world(Backend::lmdb);
  world.start("i");
  world.close();
  const auto reader = LmdbProvider::open_read_only(
      world.directory->path(), LmdbOptions().actor_system(use_actor_system(world.system.actors())));
  REQUIRE(reader);
  const auto seen = ManagementClient(*reader).get_system_metrics().value();
  CHECK(seen.store_bytes > 0);
  CHECK(seen.store_file_bytes ==
        std::filesystem::file_size(world.directory->path() / "data.mdb") +
            std::filesystem::file_size(world.directory->path() / "duroxide.log.1"));
}

}  // namespace duroxide::store_size_test
