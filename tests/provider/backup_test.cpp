// Copies of a store as of one moment, taken while it runs.

#include <csignal>
#include <thread>
#include <utility>

#include <sys/resource.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include "engine/opening.hpp"
#include "provider/engine_process.hpp"
#include "provider/filled_world.hpp"
#include "storage/keys.hpp"
#include "storage/lmdb/directory_lock.hpp"
#include "storage/lmdb/lmdb_kv.hpp"
#include "storage/lmdb/lmdb_reader.hpp"
#include "storage/memory/memory_kv.hpp"
#include "upkeep/upkeep.hpp"

namespace duroxide::backup_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using Kind = ProviderError::Kind;
using storage::make_key;
using storage::Table;

namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

Rows rows_of(const storage::ReadView& view) {
  Rows rows;
  for (std::size_t index = 0; index < storage::table_count; ++index) {
    const auto table = static_cast<Table>(index);
    const auto cursor = view.cursor(table);
    for (bool more = cursor->seek({}); more; more = cursor->next()) {
      rows.emplace_back(std::string(to_string(table)) + " " + storage::hex(cursor->key()),
                        cursor->value());
    }
  }
  return rows;
}

Rows rows_of_copy(const fs::path& directory) {
  storage::LmdbReader reader(directory, storage::ProcessClaim(directory, storage::Use::read));
  return rows_of(*reader.snapshot());
}

Answer<BackupResult> backup(World& world, const fs::path& directory, OnProgress on_progress = {}) {
  return world.manage<Answer<BackupResult>>(
      management::BackupStore{directory, std::move(on_progress)});
}

storage::Changes rows_from(std::uint64_t first, std::uint64_t count, std::size_t bytes) {
  storage::Changes changes;
  for (std::uint64_t i = 0; i < count; ++i) {
    changes.at(static_cast<std::size_t>(Table::values))
        .emplace(make_key(first + i), storage::Change{std::string(bytes, 'x'), false});
  }
  return changes;
}

storage::Upkeep upkeep_of_kv(std::shared_ptr<storage::KvStore> kv) {
  return storage::Upkeep(std::move(kv));
}

}  // namespace

TEST_CASE("a backup is a store with the same content", "[backup]") {
  TempDir temp;
  const auto target = temp.path() / "deep" / "copy";
  World world(GENERATE(Backend::memory, Backend::lmdb));
  fill(world);
  const auto result = backup(world, target).value();
  CHECK(result.records > 50);
  CHECK(result.bytes == fs::file_size(target / "data.mdb"));
  CHECK(std::distance(fs::directory_iterator(target), fs::directory_iterator()) == 1);

  auto copy = open_world(target);
  for (const std::string id : {"done", "failed", "busy", "busy::1", "again", "waiting", "later"}) {
    CHECK(copy->status(id) == world.status(id));
    CHECK(copy->history(id) == world.history(id));
  }
  const auto list = management::ListInstances{};
  CHECK(copy->manage<Answer<std::vector<InstanceSummary>>>(list).value().size() == 7);
  const auto report = copy->manage<Answer<VerifyReport>>(management::VerifyStore{}).value();
  CHECK(report.is_clean());
}

TEST_CASE("a backup opens as a store that was closed in that moment", "[backup]") {
  TempDir temp;
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  const auto leased = world.fetch_one();  // and not given back
  REQUIRE(backup(world, temp.path() / "copy"));
  auto copy = open_world(temp.path() / "copy");
  for (int round = 0; round < 2; ++round) {
    // After a crash, the count would be written before an instance is handed out.
    const auto item = copy->fetch_one();
    CHECK(item.instance == "a");
    CHECK(item.attempt_count == 1);
    copy->abandon(item.lock_token, {}, true).value();
  }
  copy->ack(complete_of(copy->fetch_one())).value();
  CHECK(world.status("a").is_running());
  CHECK(world.ack(complete_of(leased)));
}

TEST_CASE("a backup goes into an empty directory of its own", "[backup]") {
  TempDir temp;
  World world(Backend::lmdb);
  fill(world);
  const auto refused = [&](const fs::path& directory) {
    const auto result = backup(world, directory);
    REQUIRE_FALSE(result);
    CHECK(result.error().operation == "backup");
    return result.error().kind;
  };
  fs::create_directory(temp.path() / "full");
  fs::create_directory(temp.path() / "full" / "something");
  CHECK(refused(temp.path() / "full") == Kind::invalid_input);
  CHECK(refused(world.directory->path()) == Kind::invalid_input);
  CHECK(refused(world.directory->path() / "inside" / "it") == Kind::invalid_input);
  CHECK_FALSE(fs::exists(world.directory->path() / "inside"));
  fs::create_directory_symlink(world.directory->path(), temp.path() / "link");
  CHECK(refused(temp.path() / "link" / "inside") == Kind::invalid_input);
  CHECK(refused("") == Kind::invalid_input);
  CHECK(refused("/proc/duroxide/copy") != Kind::invalid_input);
  fs::create_directory(temp.path() / "empty");
  CHECK(backup(world, temp.path() / "empty"));
  CHECK(refused(temp.path() / "empty") == Kind::invalid_input);
  CHECK(refused(temp.path() / "empty" / "data.mdb") == Kind::not_a_directory);
}

TEST_CASE("a backup tells how far it is, and leaves nothing behind when told to stop", "[backup]") {
  TempDir temp;
  const auto kv = std::make_shared<storage::MemoryKv>();
  kv->commit(rows_from(0, 5000, 10));
  const auto management = upkeep_of_kv(kv);
  std::vector<Progress> told;
  const auto result = management.backup(temp.path() / "whole", [&](const Progress& progress) {
    told.push_back(progress);
    return true;
  });
  CHECK(result.records == 5000);
  REQUIRE(told.size() > 3);
  CHECK(told.front().done < told.back().done);
  CHECK(told.front().total == 5000);
  CHECK(told.back().done == 5000);

  const bool exists = GENERATE(true, false);
  const auto target = temp.path() / "stopped";
  if (exists) {
    fs::create_directory(target);
  }
  int calls = 0;
  try {
    (void)management.backup(target, [&](const Progress&) { return ++calls < 2; });
    FAIL("it was told to stop");
  } catch (const storage::StorageFailure& stopped) {
    CHECK(stopped.error().kind == Kind::invalid_input);
    CHECK(stopped.error().message.find("told to stop") != std::string::npos);
  }
  CHECK(fs::exists(target) == exists);
  CHECK((!exists || fs::is_empty(target)));
}

TEST_CASE("a store in memory is written to while it is copied", "[backup]") {
  TempDir temp;
  const auto kv = std::make_shared<storage::MemoryKv>();
  kv->commit(rows_from(0, 5000, 10));
  std::uint64_t next = 5000;
  const auto result = upkeep_of_kv(kv).backup(temp.path(), [&](const Progress&) {
    kv->commit(rows_from(next++, 1, 10));
    return true;
  });
  CHECK(next > 5000);
  CHECK(result.records == 5000);  // as of the moment when it began
  CHECK(kv->snapshot()->count(Table::values) == next);
}

TEST_CASE("a store need not wait for its backup when it must grow", "[backup][lmdb]") {
  TempDir temp;
  const auto live = temp.path() / "live";
  fs::create_directory(live);
  const auto kv = std::make_shared<storage::LmdbKv>(live, Durability::none, std::uint64_t{1} << 20,
                                                    storage::DirectoryLock(live));
  storage::end_opening(*kv, storage::begin_opening(*kv).next_instance);
  kv->commit(rows_from(0, 8000, 50));
  const auto before = rows_of(*kv->snapshot());
  std::thread writer;
  std::uint64_t done = 0;
  bool begun_anew = false;
  const auto result = upkeep_of_kv(kv).backup(temp.path() / "copy", [&](const Progress& progress) {
    begun_anew = begun_anew || progress.done <= done;
    if (std::exchange(done, progress.done) == 0) {
      writer = std::thread([&] { kv->commit(rows_from(8000, 200, std::size_t{20} << 10)); });
      while (!kv->wants_snapshots_back()) {
        std::this_thread::yield();
      }
    }
    return true;
  });
  writer.join();
  CHECK(begun_anew);
  const auto after = rows_of(*kv->snapshot());
  CHECK(after.size() == before.size() + 200);
  const auto copied = rows_of_copy(temp.path() / "copy");
  CHECK((copied == before || copied == after));
  CHECK(result.records == copied.size());
}

TEST_CASE("a store that is closed gives its backup up", "[backup][lmdb]") {
  TempDir temp;
  const auto live = temp.path() / "live";
  fs::create_directory(live);
  const auto kv = std::make_shared<storage::LmdbKv>(live, Durability::none, std::uint64_t{1} << 30,
                                                    storage::DirectoryLock(live));
  kv->commit(rows_from(0, 8000, 50));
  std::thread closer;
  try {
    (void)upkeep_of_kv(kv).backup(temp.path() / "copy", [&](const Progress&) {
      if (!closer.joinable()) {
        closer = std::thread([&] { kv->close(); });
        while (!kv->wants_snapshots_back()) {
          std::this_thread::yield();
        }
      }
      return true;
    });
    FAIL("the store was closed");
  } catch (const storage::StorageFailure& stopped) {
    CHECK(stopped.error().kind == Kind::closed);
  }
  closer.join();
  CHECK_FALSE(fs::exists(temp.path() / "copy"));
}

TEST_CASE("a backup of what an engine has left that was killed, by whoever may only read it",
          "[backup][lmdb][read-only]") {
  TempDir temp;
  std::unique_ptr<World> engine;
  OtherProcess process([&](int) {
    engine = open_world(temp.path() / "live");
    fill(*engine);
    return true;
  });
  REQUIRE(process.step());
  process.kill();
  auto reader = open_to_read(temp.path() / "live");
  REQUIRE(backup(*reader, temp.path() / "copy"));
  CHECK(open_world(temp.path() / "copy")->history("busy") == reader->history("busy"));
}

TEST_CASE("a large store takes several transactions, large rows among them", "[backup]") {
  TempDir temp;
  const auto kv = std::make_shared<storage::MemoryKv>();
  storage::end_opening(*kv, storage::begin_opening(*kv).next_instance);
  kv->commit(rows_from(0, 9000, 2000));  // leaves much of each page empty
  kv->commit(rows_from(9000, 3, std::size_t{40} << 20));
  kv->commit(rows_from(9003, 3000, 2000));
  const auto result = upkeep_of_kv(kv).backup(temp.path() / "copy", {});
  CHECK(result.bytes > std::size_t{120} << 20);
  CHECK((rows_of_copy(temp.path() / "copy") == rows_of(*kv->snapshot())));
}

TEST_CASE("a disk that fills up during a backup leaves nothing behind", "[backup]") {
  TempDir temp;
  OtherProcess process([&](int) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{std::size_t{2} << 20, RLIM_INFINITY};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) {
      return false;
    }
    const auto kv = std::make_shared<storage::MemoryKv>();
    kv->commit(rows_from(0, 8, std::size_t{1} << 20));
    try {
      (void)upkeep_of_kv(kv).backup(temp.path() / "copy", {});
      return false;
    } catch (const storage::StorageFailure& full) {
      return full.error().kind == Kind::disk_full;
    }
  });
  CHECK(process.step());
  CHECK(fs::is_empty(temp.path()));
}

}  // namespace duroxide::backup_test
