// What is made in directories must be there after a power loss, and what a kill leaves behind must
// not be in the way.

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include "provider/engine_process.hpp"
#include "provider/files.hpp"
#include "provider/sync_watch.hpp"
#include "storage/common.hpp"
#include "storage/directories.hpp"
#include "storage/lmdb/directory_lock.hpp"

namespace duroxide::durable_directories_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
namespace fs = std::filesystem;
using Kind = ProviderError::Kind;

namespace {

Answer<BackupResult> backup(World& world, const fs::path& directory, OnProgress on_progress = {}) {
  return world.manage<Answer<BackupResult>>(
      management::BackupStore{directory, std::move(on_progress)});
}

Kind refused(World& world, const fs::path& directory) {
  const auto result = backup(world, directory);
  REQUIRE_FALSE(result);
  INFO(result.error().message);
  CHECK(result.error().message.find(directory.string()) != std::string::npos);
  return result.error().kind;
}

void open_and_close(const fs::path& directory) {
  System system;
  REQUIRE(LmdbProvider::open(
      directory, LmdbOptions().log_sink({}).actor_system(use_actor_system(system.actors()))));
}

/// A backup into `directory` that is killed after it has written something.
void killed_backup(const fs::path& directory) {
  OtherProcess process([&](int) {
    World world(Backend::memory);
    world.start("a");
    (void)backup(world, directory, [](const Progress&) {
      ::raise(SIGKILL);
      return true;
    });
    return true;
  });
  REQUIRE_FALSE(process.step());
  REQUIRE(fs::exists(directory / "data.mdb.partial"));
}

/// How often this process has the file open.
std::size_t descriptors_of(const fs::path& path) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code ignored;
    count += fs::read_symlink(entry.path(), ignored) == path ? 1U : 0U;
  }
  return count;
}

}  // namespace

TEST_CASE("the directories of a new store are synced", "[lmdb][sync]") {
  TempDir temp;
  const auto parent = fs::canonical(temp.path());
  const SyncWatch watch;
  open_and_close(parent / "deep" / "store");
  CHECK(watch.saw(parent));
  CHECK(watch.saw(parent / "deep"));
  CHECK(watch.saw(parent / "deep" / "store"));
}

TEST_CASE("the directories that a killed opening has made are synced by the next", "[lmdb][sync]") {
  TempDir temp;
  const auto parent = fs::canonical(temp.path());
  const auto directory = parent / "deep" / "store";
  SECTION("it was killed when it had made them") {
    fs::create_directories(directory);
  }
  SECTION("it was killed when the store was open") {
    OtherProcess process([&](int) {
      System system;
      const auto store = LmdbProvider::open(
          directory, LmdbOptions().log_sink({}).actor_system(use_actor_system(system.actors())));
      ::raise(SIGKILL);
      return true;
    });
    REQUIRE_FALSE(process.step());
    REQUIRE(fs::exists(directory / "data.mdb"));
  }
  const SyncWatch watch;
  open_and_close(directory);
  CHECK(watch.saw(parent));
  CHECK(watch.saw(parent / "deep"));
  CHECK(watch.saw(directory));
}

TEST_CASE("the directory is synced if only its lock file is new", "[lmdb][sync]") {
  TempDir temp;
  const auto directory = fs::canonical(temp.path());
  open_and_close(directory);
  {
    const SyncWatch watch;
    open_and_close(directory);
    CHECK_FALSE(watch.saw(directory));
  }
  fs::remove(directory / "duroxide.lock");
  const SyncWatch watch;
  open_and_close(directory);
  CHECK(watch.saw(directory));
}

TEST_CASE("a file system that cannot sync directories is no reason to refuse", "[lmdb][sync]") {
  TempDir temp;
  const auto directory = fs::canonical(temp.path()) / "deep" / "store";
  SyncWatch watch;
  SECTION("it says so") {
    watch.fail_directories(GENERATE(EINVAL, ENOTSUP, ENOSYS));
    open_and_close(directory);
    CHECK(watch.saw(directory));
  }
  SECTION("it fails in another way") {
    watch.fail_directories(EIO);
    CHECK_THROWS_AS(storage::sync_directory(temp.path()), storage::StorageFailure);
  }
}

TEST_CASE("the directories of a backup are synced", "[backup][sync]") {
  TempDir temp;
  const auto parent = fs::canonical(temp.path());
  World world(Backend::memory);
  const SyncWatch watch;
  REQUIRE(backup(world, parent / "deep" / "copy"));
  CHECK(watch.saw(parent));
  CHECK(watch.saw(parent / "deep"));
  CHECK(watch.saw(parent / "deep" / "copy"));
}

TEST_CASE("the directories that a killed backup has made are synced by the next",
          "[backup][sync]") {
  TempDir temp;
  const auto parent = fs::canonical(temp.path());
  killed_backup(parent / "deep" / "copy");
  World world(Backend::memory);
  const SyncWatch watch;
  REQUIRE(backup(world, parent / "deep" / "copy"));
  CHECK(watch.saw(parent));
  CHECK(watch.saw(parent / "deep"));
  CHECK(watch.saw(parent / "deep" / "copy"));
}

TEST_CASE("what a killed backup has left is replaced by the next", "[backup]") {
  TempDir temp;
  const auto target = temp.path() / "copy";
  killed_backup(target);
  SECTION("as it was left") {}
  SECTION("by an earlier release") {
    fs::permissions(target / "data.mdb.partial", fs::perms(0644));
  }
  SECTION("by a power loss, which kept its name only") {
    fs::resize_file(target / "data.mdb.partial", 0);
  }
  SECTION("by a power loss, which kept its length only") {
    write_file(target / "data.mdb.partial", std::string(20'000, '\0'));
  }
  SECTION("by a power loss, which took some of its pages") {
    // The first two are headers. The tables begin in one of the others, or in none.
    std::string bytes = contents(target).at("data.mdb.partial");
    const auto lost =
        GENERATE(std::pair(0U, 1U), std::pair(1U, 1U), std::pair(0U, 2U), std::pair(2U, 1000U));
    for (std::size_t at = lost.first * 4096U;
         at < std::min<std::size_t>(bytes.size(), (lost.first + lost.second) * 4096U); ++at) {
      bytes.at(at) = '\0';
    }
    write_file(target / "data.mdb.partial", bytes);
  }
  World world(Backend::memory);
  world.start("b");
  const auto result = backup(world, target);
  REQUIRE(result);
  CHECK(contents(target).size() == 1);
  struct stat info {};
  REQUIRE(::stat((target / "data.mdb").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600U);
  CHECK(open_world(target)->status("b").is_running());
}

TEST_CASE("a file that only looks like a backup's is left alone", "[backup]") {
  TempDir temp;
  const auto target = temp.path() / "copy";
  fs::create_directory(target);
  const auto partial = target / "data.mdb.partial";
  SECTION("a text") {
    write_file(partial, "precious");
  }
  SECTION("another program's database") {
    make_database(target, "theirs", "key", "value");
    fs::rename(target / "data.mdb", partial);
  }
  SECTION("another program's database without tables") {
    make_database(target, nullptr, "key", "value");
    fs::rename(target / "data.mdb", partial);
  }
  SECTION("beside something else") {
    write_file(partial, "");
    write_file(target / "data.mdb.partial.more", "precious");
  }
  World world(Backend::memory);
  const auto before = contents(target);
  CHECK(refused(world, target) == Kind::invalid_input);
  CHECK(contents(target) == before);
}

TEST_CASE("a link or a pipe in the place of a backup's file is refused at once", "[backup]") {
  TempDir temp;
  const auto target = temp.path() / "copy";
  fs::create_directory(target);
  World world(Backend::memory);
  SECTION("a link") {
    fs::create_symlink(temp.path() / "elsewhere", target / "data.mdb.partial");
    CHECK(refused(world, target) == Kind::permission_denied);
    CHECK_FALSE(fs::exists(temp.path() / "elsewhere"));
  }
  SECTION("a second name of something") {
    write_file(temp.path() / "precious", std::string(5000, '\0'));
    fs::create_hard_link(temp.path() / "precious", target / "data.mdb.partial");
    CHECK(refused(world, target) == Kind::permission_denied);
    CHECK(fs::file_size(temp.path() / "precious") == 5000);
  }
  SECTION("a pipe") {
    REQUIRE(::mkfifo((target / "data.mdb.partial").c_str(), 0600) == 0);
    CHECK(refused(world, target) == Kind::foreign_store);
  }
  SECTION("a link in the place of the directory") {
    fs::create_directory_symlink(target, temp.path() / "link");
    CHECK(refused(world, temp.path() / "link") == Kind::permission_denied);
    CHECK(fs::is_empty(target));
  }
}

TEST_CASE("a backup that runs is not taken for one that is dead", "[backup]") {
  TempDir temp;
  const auto target = temp.path() / "copy";
  World world(Backend::memory);
  World other(Backend::memory);
  world.start("a");
  std::optional<Kind> met;
  const auto result = backup(world, target, [&](const Progress&) {
    met = refused(other, target);
    return true;
  });
  REQUIRE(result);
  CHECK(met == Kind::in_use);
  CHECK(contents(target).size() == 1);
  CHECK(open_world(target)->status("a").is_running());
}

TEST_CASE("a lock file that is removed while it is waited for is not taken", "[lmdb]") {
  TempDir temp;
  const auto path = fs::canonical(temp.path()) / storage::lock_file_name;
  // An opening that fails takes the file away which it has made, and another one waits for that.
  const int held = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  REQUIRE(held >= 0);
  REQUIRE(::flock(held, LOCK_SH) == 0);
  std::optional<storage::DirectoryLock> lock;
  std::thread waits([&] {
    while (!lock) {
      try {
        lock.emplace(temp.path());
      } catch (const std::exception&) {
        std::this_thread::yield();  // it has waited long enough for a file that is held
      }
    }
  });
  while (descriptors_of(path) < 2) {
    std::this_thread::yield();
  }
  fs::remove(path);
  ::close(held);
  waits.join();
  CHECK(fs::exists(path));
  CHECK_THROWS_AS(storage::SharedDirectoryLock(temp.path()), storage::StorageFailure);
}

}  // namespace duroxide::durable_directories_test
