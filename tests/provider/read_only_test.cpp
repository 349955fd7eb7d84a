// Looking at a store that another process runs on, or nobody.

#include <optional>
#include <thread>

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

TEST_CASE("a reader sees what the engine of another process commits", "[lmdb][read-only]") {
  TempDir temp;
  std::unique_ptr<World> engine;
  OtherProcess process([&](int step) {
    if (step == 0) {
      engine = open_world(temp.path());
      engine->start("a");
      engine->start("b");
    } else if (step == 1) {
      engine->start("c");
      engine->ack(complete_of(engine->fetch_one(), "output of a")).value();
    } else {
      engine.reset();
    }
    return true;
  });
  REQUIRE(process.step());
  auto reader = open_to_read(temp.path());
  CHECK(reader->store->is_read_only());
  CHECK(listed(*reader) == 2);
  CHECK(reader->status("a").is_running());
  REQUIRE(process.step());
  CHECK(listed(*reader) == 3);
  CHECK(reader->status("a").output() == "output of a");
  CHECK(reader->history("a").size() == 1);
  REQUIRE(process.step());
  CHECK(listed(*reader) == 3);
}

TEST_CASE("a reader follows the map as the engine makes it larger", "[lmdb][read-only]") {
  TempDir temp;
  std::unique_ptr<World> engine;
  OtherProcess process([&](int step) {
    if (step == 0) {
      engine = open_world(temp.path(), 1);
    }
    const std::string payload(std::size_t{1} << 20, 'x');
    for (int i = 0; i < 6; ++i) {
      const auto id = std::to_string(step) + "-" + std::to_string(i);
      engine->enqueue(work::StartOrchestration{id, "T", payload, {}, {}}).value();
    }
    return true;
  });
  REQUIRE(process.step());
  auto reader = open_to_read(temp.path());
  CHECK(listed(*reader) == 6);
  for (const std::size_t expected : {12U, 18U, 24U}) {
    REQUIRE(process.step());
    CHECK(listed(*reader) == expected);
  }
}

TEST_CASE("a reader gives back what it holds for long when it must follow the map",
          "[lmdb][read-only]") {
  TempDir temp;
  std::unique_ptr<World> engine;
  OtherProcess process([&](int step) {
    if (step == 0) {
      engine = open_world(temp.path(), 1);
    } else {
      const std::string payload(std::size_t{4} << 20, 'x');
      engine->enqueue(work::StartOrchestration{"large", "T", payload, {}, {}}).value();
    }
    return true;
  });
  REQUIRE(process.step());
  storage::LmdbReader reader(temp.path(), storage::ProcessClaim(temp.path()),
                             storage::LmdbReader::Guard::reader_marks);
  auto lasting = reader.lasting_snapshot();
  REQUIRE(process.step());
  CHECK_FALSE(reader.wants_snapshots_back());
  std::unique_ptr<storage::ReadView> newer;
  std::thread other([&] { newer = reader.snapshot(); });
  while (!reader.wants_snapshots_back()) {
    std::this_thread::yield();
  }
  lasting.reset();
  other.join();
  CHECK(newer->get(storage::Table::ids, "large"));
  newer.reset();
}

TEST_CASE("an engine runs on when a reader of it is killed", "[lmdb][read-only]") {
  TempDir temp;
  OtherProcess process([&](int) {
    static std::unique_ptr<storage::LmdbReader> reader;
    static std::unique_ptr<storage::ReadView> view;
    reader = std::make_unique<storage::LmdbReader>(temp.path(), storage::ProcessClaim(temp.path()),
                                                   storage::LmdbReader::Guard::reader_marks);
    view = reader->snapshot();
    return true;
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

TEST_CASE("a reader outlives the engine, and sees the next one", "[lmdb][read-only]") {
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
  auto reader = open_to_read(temp.path());
  first.kill();
  CHECK(listed(*reader) == 1);
  REQUIRE(second.step());
  CHECK(listed(*reader) == 2);
}

TEST_CASE("reading a closed store changes nothing in its directory", "[lmdb][read-only]") {
  TempDir temp;
  open_world(temp.path())->start("a");
  auto before = contents(temp.path());
  auto reader = open_to_read(temp.path());
  CHECK(listed(*reader) == 1);
  CHECK(reader->history("a").empty());
  reader.reset();
  auto after = contents(temp.path());
  before.erase("lock.mdb");  // the marks of readers
  after.erase("lock.mdb");
  CHECK(after == before);
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
  auto before = contents(temp.path());
  CHECK(refused(temp.path()) == expected);
  auto after = contents(temp.path());
  after.erase("lock.mdb");
  CHECK(after == before);
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

TEST_CASE("who may not write reads what nobody runs on", "[lmdb][read-only]") {
  TempDir temp;
  fs::permissions(temp.path(), fs::perms::owner_all | fs::perms::group_read |
                                   fs::perms::group_exec | fs::perms::others_read |
                                   fs::perms::others_exec);
  std::unique_ptr<World> reader;
  std::unique_ptr<storage::LmdbReader> holder;
  std::unique_ptr<storage::ReadView> view;
  OtherProcess stranger([&](int step) {
    // Root may write anywhere, so it becomes somebody else.
    if (step == 0 && ::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) {
      return false;
    }
    if (step == 0) {
      reader = open_to_read(temp.path());
      return listed(*reader) == 1;
    }
    if (step == 1) {  // an engine runs
      const auto list =
          reader->manage<Answer<std::vector<InstanceSummary>>>(management::ListInstances{});
      reader.reset();
      return !list && list.error().kind == Kind::permission_denied && refusal(temp.path()) &&
             refusal(temp.path())->kind == Kind::permission_denied;
    }
    holder = std::make_unique<storage::LmdbReader>(temp.path(), storage::ProcessClaim(temp.path()),
                                                   storage::LmdbReader::Guard::no_owner);
    view = holder->snapshot();
    return true;
  });
  open_world(temp.path())->start("a");
  // Its owner lets others read it.
  for (const char* name : {"data.mdb", "lock.mdb", storage::lock_file_name}) {
    fs::permissions(temp.path() / name, fs::perms(0644));
  }
  if (::geteuid() != 0) {
    fs::permissions(temp.path() / "lock.mdb", fs::perms::owner_read);
    fs::permissions(temp.path(), fs::perms::owner_read | fs::perms::owner_exec);
  }
  CHECK(stranger.step());
  if (::geteuid() == 0) {
    {
      auto engine = open_world(temp.path());
      CHECK(stranger.step());
    }
    CHECK(stranger.step());
    System system;
    const auto opened = LmdbProvider::open(
        temp.path(), LmdbOptions().log_sink({}).actor_system(use_actor_system(system.actors())));
    REQUIRE_FALSE(opened);
    CHECK(opened.error().kind == Kind::in_use);
    CHECK(opened.error().message.find("reader") != std::string::npos);
    CHECK(opened.error().retryable);
  }
  fs::permissions(temp.path(), fs::perms::owner_all);
}

}  // namespace duroxide::read_only_test
