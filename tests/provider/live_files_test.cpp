// What others may do to the files of an open store, and that nothing is acknowledged into a file that
// nobody will find again.

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include <catch2/catch.hpp>

#include <duroxide/lmdb_provider.hpp>

#include "provider/world.hpp"
#include "storage/lmdb/lmdb_kv.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::live_files_test {

using namespace duroxide::testing;
using namespace duroxide::provider;
namespace fs = std::filesystem;
using Kind = ProviderError::Kind;

std::unique_ptr<World> open_world(const fs::path& directory) {
  return std::make_unique<World>([&](ActorSystem system, std::shared_ptr<Clock> clock) {
    return LmdbProvider::open(directory, LmdbOptions()
                                             .clock(clock)
                                             .actor_system(system)
                                             .durability(Durability::none)
                                             .log_sink({}))
        .value();
  });
}

struct Harm {
  const char* what;
  const char* told;  ///< the file that the message names
  void (*done)(const fs::path& store, const fs::path& aside);
};

const std::array harms{
    Harm{"the database is removed", "data.mdb",
         [](const fs::path& store, const fs::path&) { fs::remove(store / "data.mdb"); }},
    Harm{"the database is moved away", "data.mdb",
         [](const fs::path& store, const fs::path& aside) {
           fs::rename(store / "data.mdb", aside);
         }},
    Harm{"another is moved into its place", "data.mdb",
         [](const fs::path& store, const fs::path& aside) {
           fs::copy_file(store / "data.mdb", aside);
           fs::rename(aside, store / "data.mdb");
         }},
    Harm{"the lock file is removed", "duroxide.lock",
         [](const fs::path& store, const fs::path&) { fs::remove(store / "duroxide.lock"); }},
    Harm{"the whole directory is removed", "data.mdb",
         [](const fs::path& store, const fs::path&) { fs::remove_all(store); }},
};

TEST_CASE("a store whose files are taken away stops, and says which", "[lmdb]") {
  const Harm harm = harms.at(GENERATE(range<std::size_t>(0, std::tuple_size_v<decltype(harms)>)));
  CAPTURE(harm.what);
  TempDir temp;
  const auto store = temp.path() / "store";
  auto world = open_world(store);
  world->start("before");
  harm.done(store, temp.path() / "aside");
  const auto refused = world->enqueue(start_item("after"));
  REQUIRE(!refused);
  CHECK(refused.error().message.find((store / harm.told).string()) != std::string::npos);
  CHECK_FALSE(refused.error().retryable);
  const auto closed = world->enqueue(start_item("later"));
  REQUIRE(!closed);
  CHECK(closed.error().kind == Kind::closed);
  CHECK(closed.error().message.find((store / harm.told).string()) != std::string::npos);
}

TEST_CASE("what was acknowledged is in the database that was moved away", "[lmdb]") {
  TempDir temp;
  const auto store = temp.path() / "store";
  const auto aside = temp.path() / "aside";
  auto world = open_world(store);
  world->start("before");
  fs::rename(store / "data.mdb", aside);
  CHECK(!world->enqueue(start_item("after")));
  world.reset();
  fs::rename(aside, store / "data.mdb");
  world = open_world(store);
  CHECK(world->fetch_one().instance == "before");
}

TEST_CASE("a store goes on when its whole directory is moved", "[lmdb]") {
  TempDir temp;
  auto world = open_world(temp.path() / "old");
  world->start("before");
  fs::rename(temp.path() / "old", temp.path() / "new");
  world->start("after");
  world.reset();
  world = open_world(temp.path() / "new");
  CHECK(world->fetch(5).size() == 2);
}

/// Tables of an open store with one row, after a commit.
struct Committed {
  TempDir temp;
  fs::path file = temp.path() / "data.mdb";
  storage::LmdbKv kv{temp.path(), Durability::none, std::uint64_t{1} << 20,
                     storage::DirectoryLock(temp.path())};
  std::uintmax_t size = 0;

  Committed() {
    commit();
    size = fs::file_size(file);
  }
  void commit() {
    storage::Changes changes;
    changes.at(0).emplace("key", storage::Change{"value", false});
    kv.commit(std::move(changes));
  }
};

TEST_CASE("a database that was cut short is neither written nor read", "[lmdb]") {
  Committed store;
  fs::resize_file(store.file, store.size - 1);
  const auto told = Catch::Contains("was cut from " + std::to_string(store.size));
  CHECK_THROWS_WITH(store.kv.snapshot(), told);
  CHECK_FALSE(store.kv.broken_by());
  CHECK_THROWS_WITH(store.commit(), told);
  CHECK_THAT(store.kv.broken_by().value(), told);
}

TEST_CASE("a database that is longer for a moment, as while the disk is asked for room, is whole",
          "[lmdb]") {
  Committed store;
  fs::resize_file(store.file, store.size + 4096);
  CHECK(store.kv.snapshot()->get(storage::Table{}, "key").has_value());
  fs::resize_file(store.file, store.size);
  CHECK(store.kv.snapshot()->get(storage::Table{}, "key").has_value());
  store.commit();
  CHECK_FALSE(store.kv.broken_by());
}

}  // namespace duroxide::live_files_test
