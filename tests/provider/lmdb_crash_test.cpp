// LMDB stores across crashes, growth and full disks.

#include <csignal>
#include <cstdlib>
#include <utility>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include "provider/files.hpp"
#include "provider/world.hpp"
#include "storage/batch.hpp"
#include "storage/lmdb/lmdb_kv.hpp"
#include "storage/logged/logged_kv.hpp"

namespace duroxide::lmdb_crash_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using Kind = ProviderError::Kind;

namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr bool is_sanitized = true;
#elif defined(__has_feature)
constexpr bool is_sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool is_sanitized = false;
#endif

std::unique_ptr<World> open_world(const fs::path& directory,
                                  std::uint64_t map_size = std::uint64_t{1} << 30) {
  return std::make_unique<World>([&](ActorSystem system, std::shared_ptr<Clock> clock) {
    return LmdbProvider::open(directory, LmdbOptions()
                                             .clock(clock)
                                             .actor_system(system)
                                             .durability(Durability::none)
                                             .map_size(map_size)
                                             .log_sink({}))
        .value();
  });
}

/// Runs `child` in a process of its own and returns its exit code.
template <class Child>
int in_child(const Child& child) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    int code = 99;
    try {
      code = child();
    } catch (...) {
      code = 98;
    }
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("a store outlives its process", "[lmdb][restart]") {
  TempDir temp;
  const auto live = temp.path() / "live";
  const auto copy = temp.path() / "copy";
  auto world = open_world(live);
  world->start("a");
  auto ack = ack_of(world->fetch_one());
  ack.worker_items = {activity(OrchestrationItem{"a", "Test", "", 1, {}, true, 0, {}, 0, 1}, 2)};
  world->ack(ack).value();
  world->start("b");
  const bool crash = GENERATE(true, false);
  if (crash) {
    fs::copy(live, copy, fs::copy_options::recursive);  // the disk at the moment of a crash
    fs::remove(copy / "lock.mdb");
  }
  world.reset();
  world = open_world(crash ? copy : live);
  CHECK(world->history("a") == ack.events);
  for (int round = 0; round < 2; ++round) {
    const auto item = world->fetch_one();
    CHECK(item.instance == "b");
    CHECK(item.attempt_count == 1);
    world->abandon(item.lock_token, {}, true).value();
  }
  CHECK(world->fetch_work().at(0).attempt_count == 1);
}

TEST_CASE("a store that was killed can be opened again", "[lmdb][restart]") {
  TempDir temp;
  const int code = in_child([&] {
    auto world = open_world(temp.path());
    for (int i = 0; i < 20; ++i) {
      world->start("i" + std::to_string(i));
    }
    (void)world->fetch(5);
    ::raise(SIGKILL);
    return 0;
  });
  CHECK(code == -1);
  auto world = open_world(temp.path());
  CHECK(world->fetch(30).size() == 20);
  CHECK(world->status("i7").is_running());
}

TEST_CASE("a store whose making was cut off is made by the next opening", "[lmdb][restart]") {
  TempDir temp;
  const auto directory = temp.path() / "store";
  // The making ends with the first write that would make a file this long, and the process with it if
  // the system sends its signal: LMDB's own headers take 8,192 bytes.
  const rlim_t longest = GENERATE(1000U, 4096U, 8191U, 8192U, 12'000U);
  const int code = in_child([&] {
    const rlimit limit{longest, longest};
    fs::create_directory(directory);
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) {
      return 1;
    }
    const storage::LmdbKv killed(directory, Durability::none, std::uint64_t{64} << 20,
                                 storage::DirectoryLock(directory));
    return 2;
  });
  CHECK((code == -1 || code == 98));
  auto world = open_world(directory);
  world->start("a");
  CHECK(world->status("a").is_running());
}

TEST_CASE("what an opening that was killed has left beside no store is taken away",
          "[lmdb][restart]") {
  TempDir temp;
  const auto unfinished = temp.path() / "data.mdb.new";
  SECTION("nothing was written yet") {
    write_file(unfinished, "");
  }
  SECTION("the disk had not got it") {
    write_file(unfinished, std::string(8192, '\0'));
  }
  SECTION("the disk had got one of its two headers") {
    TempDir other;
    make_database(other.path(), nullptr, "", "");
    std::string bytes = contents(other.path()).at("data.mdb");
    const std::size_t lost = GENERATE(0U, 4096U);
    bytes.replace(lost, 4096, 4096, '\0');
    write_file(unfinished, bytes);
  }
  auto world = open_world(temp.path());
  world->start("a");
  CHECK_FALSE(fs::exists(unfinished));
}

TEST_CASE("what is none of ours is left where a new store would be made", "[lmdb]") {
  TempDir temp;
  const auto other = temp.path() / "data.mdb.new";
  write_file(other, "a letter");
  CHECK_THROWS(open_world(temp.path()));
  CHECK(contents(temp.path()).at("data.mdb.new") == "a letter");
}

TEST_CASE("a lock held by another process is named", "[lmdb]") {
  TempDir temp;
  int ready[2];
  int done[2];
  REQUIRE(::pipe(ready) == 0);
  REQUIRE(::pipe(done) == 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    auto world = open_world(temp.path());
    char byte = 1;
    (void)!::write(ready[1], &byte, 1);
    (void)!::read(done[0], &byte, 1);
    ::_exit(0);
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  System system;
  const auto refused = LmdbProvider::open(
      temp.path(), LmdbOptions().log_sink({}).actor_system(use_actor_system(system.actors())));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::in_use);
  CHECK(refused.error().message.find("process " + std::to_string(pid) + " on host") !=
        std::string::npos);
  REQUIRE(::write(done[1], &byte, 1) == 1);
  ::waitpid(pid, nullptr, 0);
  for (const int file : {ready[0], ready[1], done[0], done[1]}) {
    ::close(file);
  }
  CHECK(open_world(temp.path()));
}

TEST_CASE("a small map grows with its store", "[lmdb]") {
  TempDir temp;
  auto world = open_world(temp.path(), 1);
  const std::string payload(std::size_t{1} << 20, 'x');
  for (int i = 0; i < 8; ++i) {
    world->enqueue(work::StartOrchestration{"i" + std::to_string(i), "T", payload, {}, {}}).value();
  }
  CHECK(
      world->manage<Answer<QueueDepths>>(management::GetQueueDepths{}).value().orchestrator_queue ==
      8);
  world.reset();
  world = open_world(temp.path(), 1);  // less than it holds
  CHECK(world->fetch(8).size() == 8);
}

TEST_CASE("a full disk is an error, and nothing is lost", "[lmdb]") {
  TempDir temp;
  // A limit on the size of files is a full disk to whoever writes them.
  const int code = in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    auto world = open_world(temp.path());
    world->start("before");
    const rlimit limit{std::size_t{512} << 10, RLIM_INFINITY};
    const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) {
      return 1;
    }
    const std::string payload(std::size_t{4} << 20, 'x');
    const auto full = world->enqueue(work::StartOrchestration{"large", "T", payload, {}, {}});
    if (full || full.error().kind != Kind::disk_full || !full.error().retryable) {
      return 2;
    }
    if (!world->enqueue(start_item("small"))) {
      return 3;
    }
    if (::setrlimit(RLIMIT_FSIZE, &none) != 0 ||
        !world->enqueue(work::StartOrchestration{"large", "T", payload, {}, {}})) {
      return 4;
    }
    world->clock->advance(10s);
    (void)world->timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{1, {}});
    if (world->fetch(5).size() != 3) {
      return 5;
    }
    world.reset();
    return 0;
  });
  CHECK(code == 0);
  CHECK(open_world(temp.path())->fetch(5).size() == 3);
}

TEST_CASE("a store with a log to read can be opened and used on a full disk", "[lmdb]") {
  TempDir temp;
  const auto live = temp.path() / "live";
  const auto crashed = temp.path() / "crashed";
  {
    // As a crash leaves it.
    const int messages = GENERATE(3, 300);
    auto world = open_world(live);
    world->start("a");
    for (int i = 0; i < messages; ++i) {
      world->enqueue(raise_item("a", "Go")).value();
    }
    fs::copy(live, crashed);
    fs::remove(crashed / "lock.mdb");
  }
  const int code = in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{fs::file_size(crashed / "duroxide.log.1"), RLIM_INFINITY};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) {
      return 1;
    }
    auto world = open_world(crashed);
    const auto full =
        world->enqueue(work::StartOrchestration{"large", "T", std::string(8 << 20, 'x'), {}, {}});
    if (full || full.error().kind != Kind::disk_full) {
      return 2;
    }
    for (int i = 0; i < 20; ++i) {
      if (!world->manage<Done>(management::Pause{PauseScope::of_instance("a"), i % 2 == 0})) {
        return 3;
      }
    }
    world->clock->advance(10s);  // the store rests after a commit that failed
    (void)world->timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{1, {}});
    return world->fetch_one().instance == "a" ? 0 : 4;
  });
  CHECK(code == 0);
  CHECK(open_world(crashed)->fetch_one().instance == "a");
}

TEST_CASE("what stands in the log outlives a disk that is full when it is to come into the tables",
          "[lmdb]") {
  TempDir temp;
  const auto write = [](storage::KvStore& kv, const std::string& key, std::size_t bytes) {
    storage::Batch batch(kv);
    batch.put(storage::Table::values, key, std::string(bytes, 'x'));
    batch.make_room(0);
    batch.commit();
  };
  // Each table takes a page of its own, while the log holds many of these in one.
  const auto write_everywhere = [](storage::KvStore& kv, const std::string& key) {
    storage::Batch batch(kv);
    for (std::size_t table = 0; table < storage::table_count; ++table) {
      batch.put(static_cast<storage::Table>(table), key, "x");
    }
    batch.make_room(0);
    batch.commit();
  };
  storage::LoggedLimits limits;
  limits.log.segment_bytes = std::uint64_t{64} << 10;
  limits.most_memory = std::uint64_t{512} << 10;
  const auto open = [&] {
    return std::make_unique<storage::LoggedKv>(
        std::make_unique<storage::LmdbKv>(temp.path(), Durability::none, std::uint64_t{64} << 20,
                                          storage::DirectoryLock(temp.path())),
        Durability::none, limits);
  };
  const auto has = [](storage::KvStore& kv, const std::string& key) {
    return kv.snapshot()->get(storage::Table::values, key).has_value();
  };
  const int code = in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    auto kv = open();
    write(*kv, "small", 10);
    const auto limit_file = [&](rlim_t bytes) {
      const rlimit limit{bytes, RLIM_INFINITY};
      return ::setrlimit(RLIMIT_FSIZE, &limit) == 0;
    };
    if (!limit_file(fs::file_size(temp.path() / "data.mdb") + (std::size_t{96} << 10))) {
      return 1;
    }
    try {
      write(*kv, "large", std::size_t{4} << 20);
      return 2;
    } catch (const storage::StorageFailure& full) {
      if (full.error().kind != Kind::disk_full) {
        return 3;
      }
    }
    // More than usual stays in the log, and not without end.
    int second = 0;
    try {
      for (; second < 100'000; ++second) {
        write_everywhere(*kv, "second" + std::to_string(second));
      }
      return 4;
    } catch (const storage::StorageFailure& full) {
      if (full.error().kind != Kind::disk_full || second < 64) {
        return 5;
      }
    }
    const auto last = "second" + std::to_string(second - 1);
    if (!has(*kv, "small") || !has(*kv, last) || has(*kv, "large")) {
      return 6;
    }
    kv->close();
    kv.reset();
    kv = open();
    if (!has(*kv, last) || !limit_file(RLIM_INFINITY)) {
      return 7;
    }
    write(*kv, "large", std::size_t{4} << 20);
    write(*kv, "third", 10);
    std::_Exit(0);  // without closing it, as in a crash
  });
  CHECK(code == 0);
  auto kv = open();
  for (const char* key : {"small", "second0", "second63", "large", "third"}) {
    CHECK(has(*kv, key));
  }
}

TEST_CASE("a disk that is full at the first opening leaves no trace", "[lmdb]") {
  TempDir temp;
  const int code = in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{std::size_t{12} << 10, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    System system;
    const auto refused = LmdbProvider::open(
        temp.path() / "store",
        LmdbOptions().log_sink({}).actor_system(use_actor_system(system.actors())));
    if (refused) {
      return 1;
    }
    return refused.error().kind == Kind::disk_full ? 0 : 2;
  });
  CHECK(code == 0);
  CHECK(fs::is_empty(temp.path()));
}

TEST_CASE("a hundred thousand waiting instances open at once", "[lmdb]") {
  const int waiting =
      is_sanitized ? 5'000 : 100'000;  // a single thread fills the store, for minutes
  TempDir temp;
  {
    auto world = open_world(temp.path());
    for (int i = 0; i < waiting; ++i) {
      (void)world->client->ask<Done>(
          EnqueueOrchestratorWork{start_item("i" + std::to_string(i)), {}, false});
    }
    world->run();
  }
  auto world = open_world(temp.path());
  CHECK(world->fetch(10).size() == 10);
  CHECK(
      world->manage<Answer<QueueDepths>>(management::GetQueueDepths{}).value().orchestrator_queue ==
      waiting);
}

}  // namespace duroxide::lmdb_crash_test
