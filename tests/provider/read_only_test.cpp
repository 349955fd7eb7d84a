// Looking at a store that nobody has open, and being refused by one that somebody has.

#include <atomic>
#include <optional>
#include <thread>

#include <lmdb.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <duroxide/client.hpp>
#include <duroxide/runtime.hpp>

#include "provider/engine_process.hpp"
#include "provider/files.hpp"
#include "storage/format.hpp"
#include "storage/keys.hpp"
#include "storage/lmdb/directory_lock.hpp"
#include "storage/lmdb/lmdb_kv.hpp"
#include "storage/lmdb/lmdb_reader.hpp"

namespace duroxide::read_only_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using Catch::Contains;
namespace fs = std::filesystem;
using Kind = ProviderError::Kind;

namespace {

std::size_t listed(World& world) {
  return world.manage<Answer<std::vector<InstanceSummary>>>(management::ListInstances{})
      .value()
      .size();
}

std::optional<ProviderError> refusal(const fs::path& directory) {
  System system;
  auto store = LmdbProvider::open_read_only(
      directory, LmdbOptions().log_sink({}).actor_system(use_actor_system(system.actors())));
  if (store) {
    return std::nullopt;
  }
  CHECK(store.error().operation == "open_read_only");
  return store.error();
}

Kind refused(const fs::path& directory) {
  const auto error = refusal(directory);
  REQUIRE(error);
  CHECK(error->message.find(directory.filename().string()) != std::string::npos);
  return error->kind;
}

storage::Changes one_row(const std::string& key, std::string value) {
  storage::Changes changes;
  changes.at(static_cast<std::size_t>(storage::Table::values))
      .emplace(key, storage::Change{std::move(value), false});
  return changes;
}

}  // namespace

TEST_CASE("a store that another process has open is not read from its files", "[lmdb][read-only]") {
  TempDir temp;
  std::unique_ptr<World> engine;
  OtherProcess process([&](int step) {
    if (step == 0) {
      engine = open_world(temp.path());
      engine->start("a");
    } else {
      engine.reset();
    }
    return true;
  });
  REQUIRE(process.step());
  const auto error = refusal(temp.path());
  REQUIRE(error);
  CHECK(error->kind == Kind::in_use);
  CHECK(error->retryable);
  CHECK_THAT(error->message, Contains("process " + std::to_string(process.pid()) + " on host ") &&
                                 Contains((temp.path() / "duroxide.sock").string()) &&
                                 Contains("`duroxide`") && Contains("close it first"));
  REQUIRE(process.step());
  CHECK(listed(*open_to_read(temp.path())) == 1);
}

TEST_CASE("a store that this process has open is not read from its files", "[lmdb][read-only]") {
  TempDir temp;
  auto engine = open_world(temp.path());
  const auto error = refusal(temp.path());
  REQUIRE(error);
  CHECK(error->kind == Kind::in_use);
  CHECK_THAT(error->message, Contains("this process (" + std::to_string(::getpid()) + ")") &&
                                 Contains((temp.path() / "duroxide.sock").string()));
  engine.reset();
  CHECK_FALSE(refusal(temp.path()));
}

TEST_CASE("a reader is refused while an owner is there, and then sees what that has left",
          "[lmdb][read-only]") {
  TempDir temp;
  std::unique_ptr<World> engine;
  const std::string payload(std::size_t{1} << 20, 'x');
  OtherProcess process([&](int step) {
    if (step % 2 == 1) {
      engine.reset();
      return true;
    }
    engine = open_world(temp.path(), 1);
    for (int i = 0; i < 6; ++i) {  // more than there was room for in the file
      const auto id = std::to_string(step) + "-" + std::to_string(i);
      engine->enqueue(work::StartOrchestration{id, "T", payload, {}, {}}).value();
    }
    return true;
  });
  REQUIRE(process.step());
  REQUIRE(process.step());
  auto reader = open_to_read(temp.path());
  CHECK(reader->store->is_read_only());
  CHECK(listed(*reader) == 6);
  for (const std::size_t expected : {12U, 18U}) {
    REQUIRE(process.step());
    const auto refused =
        reader->manage<Answer<std::vector<InstanceSummary>>>(management::ListInstances{});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == Kind::in_use);
    CHECK(refused.error().retryable);
    CHECK_THAT(refused.error().message, Contains("process " + std::to_string(process.pid())));
    CHECK(reader->manage<Answer<SystemMetrics>>(management::GetSystemMetrics{}).error().kind ==
          Kind::in_use);
    REQUIRE(process.step());
    CHECK(listed(*reader) == expected);
  }
}

TEST_CASE("nobody becomes the owner of a store that is being read, and is told why",
          "[lmdb][read-only]") {
  const bool has_lock_file = GENERATE(true, false);  // a backup has none until somebody opens it
  TempDir temp;
  std::unique_ptr<storage::LmdbReader> reader;
  std::unique_ptr<storage::ReadView> view;
  OtherProcess process([&](int step) {
    if (step == 0) {
      reader = std::make_unique<storage::LmdbReader>(
          temp.path(), storage::ProcessClaim(temp.path(), storage::Use::read));
      view = reader->snapshot();
    } else {
      view.reset();  // and the reader stays
    }
    return true;
  });
  open_world(temp.path())->start("a");
  if (!has_lock_file) {
    fs::remove(temp.path() / storage::lock_file_name);
    fs::remove(temp.path() / "lock.mdb");
  }
  const auto before = contents(temp.path());
  REQUIRE(process.step());
  System system;
  const auto opened = LmdbProvider::open(
      temp.path(), LmdbOptions().log_sink({}).actor_system(use_actor_system(system.actors())));
  REQUIRE_FALSE(opened);
  CHECK(opened.error().kind == Kind::in_use);
  CHECK(opened.error().retryable);
  CHECK_THAT(opened.error().message, Contains("reads its files") && Contains("try again"));
  CHECK(contents(temp.path()) == before);
  CHECK(listed(*open_to_read(temp.path())) == 1);  // whoever reads too is let in
  REQUIRE(process.step());
  CHECK(listed(*open_world(temp.path())) == 1);
}

TEST_CASE("an owner that comes while a store is being read waits for a moment",
          "[lmdb][read-only][threads]") {
  const bool has_lock_file = GENERATE(true, false);
  TempDir temp;
  open_world(temp.path())->start("a");
  if (!has_lock_file) {
    fs::remove(temp.path() / storage::lock_file_name);
  }
  auto reading = std::make_optional<storage::SharedDirectoryLock>(temp.path());
  std::unique_ptr<storage::DirectoryLock> owner;
  std::atomic<bool> has_begun{false};
  std::thread comes([&] {
    while (!owner) {
      try {
        has_begun = true;
        owner = std::make_unique<storage::DirectoryLock>(temp.path());
      } catch (const storage::StorageFailure&) {
        // This machine is so slow that the moment is over.
      }
    }
  });
  while (!has_begun) {
    std::this_thread::yield();
  }
  reading.reset();
  comes.join();
  CHECK_THROWS_AS(storage::SharedDirectoryLock(temp.path()), storage::StorageFailure);
  owner.reset();
  CHECK_NOTHROW(storage::SharedDirectoryLock(temp.path()));
}

TEST_CASE("a reader that is closed wants its snapshots back, and waits for them",
          "[lmdb][read-only][threads]") {
  TempDir temp;
  open_world(temp.path())->start("a");
  storage::LmdbReader reader(temp.path(), storage::ProcessClaim(temp.path(), storage::Use::read));
  auto lasting = reader.lasting_snapshot();
  CHECK_FALSE(reader.wants_snapshots_back());
  std::thread other([&] { reader.close(); });
  while (!reader.wants_snapshots_back()) {
    std::this_thread::yield();
  }
  CHECK(lasting->get(storage::Table::ids, "a"));
  lasting.reset();
  other.join();
  try {
    (void)reader.snapshot();
    FAIL("it reads what it has closed");
  } catch (const storage::StorageFailure& failed) {
    CHECK(failed.error().kind == Kind::closed);
  }
  CHECK(open_world(temp.path()));
}

TEST_CASE("an engine runs on when a process is killed that reads its file by LMDB itself",
          "[lmdb][read-only]") {
  TempDir temp;
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  OtherProcess process([&](int) {
    return mdb_env_create(&env) == 0 &&
           mdb_env_open(env, temp.path().c_str(), MDB_RDONLY, 0600) == 0 &&
           mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn) == 0;
  });
  storage::LmdbKv kv(temp.path(), Durability::none, 1 << 20, storage::DirectoryLock(temp.path()));
  kv.commit(one_row("row", "before"));
  REQUIRE(process.step());
  process.kill();
  const auto size_after = [&](int commits) {
    for (int i = 0; i < commits; ++i) {
      kv.commit(
          one_row("row", std::string(std::size_t{32} << 10, static_cast<char>('a' + i % 26))));
    }
    return fs::file_size(temp.path() / "data.mdb");
  };
  // The reader's snapshot keeps all pages that were in use then, until its death is noticed.
  const auto size = size_after(600);
  CHECK(size_after(1200) == size);
}

TEST_CASE("what an engine has left that was killed can be read", "[lmdb][read-only]") {
  TempDir temp;
  std::unique_ptr<World> world;
  OtherProcess first([&](int) {
    world = open_world(temp.path());
    world->start("a");
    return true;
  });
  OtherProcess second([&](int) {
    world = open_world(temp.path());
    world->start("b");
    return true;
  });
  REQUIRE(first.step());
  CHECK(refused(temp.path()) == Kind::in_use);
  first.kill();
  auto reader = open_to_read(temp.path());
  CHECK(listed(*reader) == 1);
  REQUIRE(second.step());
  CHECK(reader->manage<Answer<std::vector<InstanceSummary>>>(management::ListInstances{})
            .error()
            .kind == Kind::in_use);
  second.kill();
  CHECK(listed(*reader) == 2);
}

TEST_CASE("reading a closed store changes nothing in its directory", "[lmdb][read-only]") {
  TempDir temp;
  open_world(temp.path())->start("a");
  if (GENERATE(false, true)) {
    fs::remove(temp.path() / storage::lock_file_name);
    fs::remove(temp.path() / "lock.mdb");
  }
  const auto before = contents(temp.path());
  auto reader = open_to_read(temp.path());
  CHECK(listed(*reader) == 1);
  CHECK(reader->history("a").empty());
  reader.reset();
  CHECK(contents(temp.path()) == before);
  CHECK(open_world(temp.path())->fetch_one().attempt_count == 1);
}

TEST_CASE("a reader refuses whatever would change the store", "[lmdb][read-only]") {
  TempDir temp;
  {
    auto engine = open_world(temp.path());
    engine->start("ended");
    engine->ack(complete_of(engine->fetch_one())).value();
    engine->start("running");
  }
  auto reader = open_to_read(temp.path());
  const auto start = reader->enqueue(start_item("new"));
  REQUIRE_FALSE(start);
  CHECK(start.error().kind == Kind::read_only);
  CHECK(start.error().message.find("LmdbProvider::open") != std::string::npos);
  CHECK(reader->ask<Answer<Items>>(*reader->dispatcher, FetchOrchestrationItem{1}).error().kind ==
        Kind::read_only);
  CHECK(reader->manage<Done>(management::Pause{PauseScope::of_store(), true}).error().kind ==
        Kind::read_only);
  CHECK(reader->manage<Done>(management::TerminateInstance{"running", "x"}).error().kind ==
        Kind::read_only);
  CHECK(reader->ask<Answer<std::uint64_t>>(*reader->client, ReleaseFromQuarantine{"running"})
            .error()
            .kind == Kind::read_only);
  using Updated = Answer<std::optional<UpdateAnswer>>;
  CHECK(reader->ask<Updated>(*reader->client, AskUpdate{{"running", "u", "Add", ""}, 1})
            .error()
            .kind == Kind::read_only);
  CHECK(reader->ask<Updated>(*reader->client, AskQuery{"running", {"q", "Total", ""}, 1})
            .error()
            .kind == Kind::read_only);

  const auto wait = [&](const std::string& id) {
    return reader->ask<Answer<OrchestrationStatus>>(*reader->client, WaitForStatus{id, 1, {}});
  };
  CHECK(wait("ended").value().is_completed());
  CHECK(wait("unknown").value().is_not_found());
  CHECK(wait("running").error().kind == Kind::read_only);
  const auto wait_for_value = [&](const std::string& id) {
    return reader->ask<Answer<std::optional<StoredValue>>>(*reader->client,
                                                           WaitForValue{id, "key", 0, 1});
  };
  CHECK(wait_for_value("ended").value() == std::nullopt);
  CHECK(wait_for_value("running").error().kind == Kind::read_only);
  CHECK(listed(*reader) == 2);
}

TEST_CASE("neither runtime nor client can use a reader to act", "[lmdb][read-only]") {
  TempDir temp;
  open_world(temp.path())->start("a");
  auto store = LmdbProvider::open_read_only(temp.path()).value();
  Runtime runtime(store);
  const auto started = runtime.start();
  REQUIRE_FALSE(started);
  CHECK(started.error().kind == RuntimeError::Kind::storage_error);
  CHECK(started.error().message.find("reading only") != std::string::npos);
  Client client(store);
  CHECK(client.get_orchestration_status("a").value().is_running());
  CHECK(client.raise_event("a", "Go").error().kind == ClientError::Kind::read_only);
}

TEST_CASE("where there is no store, opening to read makes none", "[lmdb][read-only]") {
  TempDir temp;
  CHECK(refused(temp.path()) == Kind::no_store);
  CHECK(fs::is_empty(temp.path()));
  CHECK(refused(temp.path() / "missing") == Kind::no_store);
  CHECK(fs::is_empty(temp.path()));
  write_file(temp.path() / "data.mdb", "");
  CHECK(refused(temp.path()) == Kind::corrupt);
  CHECK(contents(temp.path()).size() == 1);
}

TEST_CASE("tables without a first opening are no store to read", "[lmdb][read-only]") {
  TempDir temp;
  storage::LmdbKv(temp.path(), Durability::none, 1 << 20, storage::DirectoryLock(temp.path()))
      .close();
  CHECK(refused(temp.path()) == Kind::no_store);
  open_world(temp.path())->start("a");
  CHECK(listed(*open_to_read(temp.path())) == 1);
}

TEST_CASE("what is not a store of ours is not read", "[lmdb][read-only]") {
  TempDir temp;
  auto expected = Kind::corrupt;
  SECTION("rubbish") {
    write_file(temp.path() / "data.mdb", std::string(20'000, 'x'));
  }
  SECTION("another program's database") {
    expected = Kind::foreign_store;
    make_database(temp.path(), "theirs", "key", "value");
  }
  SECTION("a later release's") {
    expected = Kind::newer_format;
    make_database(
        temp.path(), "meta", "format",
        std::string(storage::format_magic) + storage::make_key(storage::store_format + 1));
  }
  SECTION("an earlier release's, without all of today's tables") {
    expected = Kind::read_only;
    make_database(temp.path(), "meta", "format",
                  std::string(storage::format_magic) + storage::make_key(storage::store_format));
  }
  const auto before = contents(temp.path());
  CHECK(refused(temp.path()) == expected);
  CHECK(contents(temp.path()) == before);
  write_file(temp.path() / "file", "text");
  CHECK(refused(temp.path() / "file") == Kind::not_a_directory);
}

TEST_CASE("a process opens a store once", "[lmdb][read-only]") {
  TempDir temp;
  auto world = open_world(temp.path());
  CHECK(refused(temp.path()) == Kind::in_use);
  world.reset();
  world = open_to_read(temp.path());
  CHECK(refused(temp.path()) == Kind::in_use);
  System system;
  const auto opened = LmdbProvider::open(
      temp.path(), LmdbOptions().log_sink({}).actor_system(use_actor_system(system.actors())));
  REQUIRE_FALSE(opened);
  CHECK(opened.error().kind == Kind::in_use);
  world.reset();
  CHECK(open_world(temp.path()));
}

TEST_CASE("who may not write reads what nobody has open", "[lmdb][read-only]") {
  TempDir temp;
  fs::permissions(temp.path(), fs::perms::owner_all | fs::perms::group_read |
                                   fs::perms::group_exec | fs::perms::others_read |
                                   fs::perms::others_exec);
  std::unique_ptr<World> reader;
  OtherProcess stranger([&](int step) {
    // Root may write anywhere, so it becomes somebody else.
    if (step == 0 && ::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) {
      return false;
    }
    if (step == 0) {
      reader = open_to_read(temp.path());
      return listed(*reader) == 1;
    }
    const auto list =
        reader->manage<Answer<std::vector<InstanceSummary>>>(management::ListInstances{});
    reader.reset();
    return !list && list.error().kind == Kind::in_use && refusal(temp.path()) &&
           refusal(temp.path())->kind == Kind::in_use;
  });
  open_world(temp.path())->start("a");
  // Its owner lets others read it.
  for (const char* name : {"data.mdb", "lock.mdb", storage::lock_file_name, "duroxide.log.1"}) {
    fs::permissions(temp.path() / name, fs::perms(0644));
  }
  if (::geteuid() != 0) {
    fs::permissions(temp.path() / "lock.mdb", fs::perms::owner_read);
    fs::permissions(temp.path(), fs::perms::owner_read | fs::perms::owner_exec);
  }
  CHECK(stranger.step());
  if (::geteuid() == 0) {
    const auto engine = open_world(temp.path());
    CHECK(stranger.step());
  }
  fs::permissions(temp.path(), fs::perms::owner_all);
}

}  // namespace duroxide::read_only_test
