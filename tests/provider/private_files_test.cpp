// A store's files in the wrong hands: who may read them, links, pipes, files of other users.

#include <cstdlib>
#include <functional>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include "provider/engine_process.hpp"
#include "provider/files.hpp"
#include "provider/sync_watch.hpp"

namespace duroxide::private_files_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
namespace fs = std::filesystem;
using Kind = ProviderError::Kind;

namespace {

enum class How { own, read_only };

/// Opens and closes a store, and keeps what was said meanwhile.
struct Opening {
  explicit Opening(const fs::path& directory, How how = How::own) {
    System system;
    const auto options = LmdbOptions()
                             .durability(Durability::none)
                             .log_sink([this](const LogRecord& record) {
                               if (record.level >= LogLevel::warn) {
                                 warnings += record.message + "\n";
                               }
                             })
                             .actor_system(use_actor_system(system.actors()));
    const auto store = how == How::own ? LmdbProvider::open(directory, options)
                                       : LmdbProvider::open_read_only(directory, options);
    if (!store) {
      error = store.error();
    }
  }
  [[nodiscard]] bool warned(const std::string& text) const {
    return warnings.find(text) != std::string::npos;
  }
  /// Why it was refused. The message names what is wrong.
  [[nodiscard]] Kind refused(const fs::path& named) const {
    REQUIRE(error);
    INFO(error->message);
    CHECK(error->message.find(named.string()) != std::string::npos);
    return error->kind;
  }

  std::optional<ProviderError> error;
  std::string warnings;
};

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

unsigned mode_of(const fs::path& path) {
  struct stat info {};
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  return info.st_mode & 07777U;
}

/// As most machines have it: files are open to everybody.
struct OpenUmask {
  OpenUmask() : before(::umask(0)) {}
  ~OpenUmask() { ::umask(before); }
  mode_t before;
};

}  // namespace

TEST_CASE("a store is its owner's alone, whatever the umask", "[lmdb][private]") {
  TempDir temp;
  const OpenUmask open;
  const auto directory = temp.path() / "deep" / "store";
  const Opening opening(directory);
  REQUIRE_FALSE(opening.error);
  CHECK(opening.warnings.empty());
  CHECK(mode_of(temp.path() / "deep") == 0700U);
  CHECK(mode_of(directory) == 0700U);
  for (const char* name : {"data.mdb", "lock.mdb", "duroxide.lock", "duroxide.reserve"}) {
    CAPTURE(name);
    CHECK(mode_of(directory / name) == 0600U);
  }
  fs::remove(directory / "lock.mdb");
  REQUIRE_FALSE(Opening(directory, How::read_only).error);
  CHECK_FALSE(fs::exists(directory / "lock.mdb"));
}

TEST_CASE("a backup is its owner's alone, whatever the umask", "[backup][private]") {
  TempDir temp;
  const OpenUmask open;
  World world(Backend::memory);
  REQUIRE(world.manage<Answer<BackupResult>>(
      management::BackupStore{temp.path() / "deep" / "copy", {}}));
  CHECK(mode_of(temp.path() / "deep") == 0700U);
  CHECK(mode_of(temp.path() / "deep" / "copy") == 0700U);
  CHECK(mode_of(temp.path() / "deep" / "copy" / "data.mdb") == 0600U);
}

TEST_CASE("a store that others may read opens, and the log says how to close it to them",
          "[lmdb][private]") {
  TempDir temp;
  const auto directory = temp.path() / "my store's";
  REQUIRE_FALSE(Opening(directory).error);
  for (const char* name : {"data.mdb", "lock.mdb", "duroxide.lock"}) {
    fs::permissions(directory / name, fs::perms(0644));
  }
  fs::permissions(directory, fs::perms(0755));
  for (const How how : {How::own, How::read_only}) {
    const Opening opening(directory, how);
    REQUIRE_FALSE(opening.error);
    CHECK(opening.warned("`" + directory.string() + "` (mode 0755)"));
    CHECK(opening.warned("`" + (directory / "data.mdb").string() + "` (mode 0644)"));
    CHECK(opening.warned("`" + (directory / "lock.mdb").string() + "` (mode 0644)"));
    CHECK(opening.warned("`" + (directory / "duroxide.lock").string() + "` (mode 0644)"));
    // Somebody may have opened them to a group on purpose.
    CHECK(mode_of(directory / "data.mdb") == 0644U);
    // What it says does it.
    const auto command = opening.warnings.find("chmod 700 ");
    REQUIRE(command != std::string::npos);
    if (how == How::read_only) {
      REQUIRE(std::system(opening.warnings.substr(command).c_str()) == 0);  // NOLINT
    }
  }
  CHECK(Opening(directory).warnings.empty());
  CHECK(mode_of(directory) == 0700U);
  CHECK(mode_of(directory / "lock.mdb") == 0600U);
}

TEST_CASE("a link among a store's files is refused and not followed", "[lmdb][private]") {
  const How how = GENERATE(How::own, How::read_only);
  TempDir temp;
  const auto directory = temp.path() / "store";
  REQUIRE_FALSE(Opening(directory).error);
  const auto precious = temp.path() / "precious";
  for (const char* name : {"duroxide.lock", "lock.mdb", "data.mdb"}) {
    for (const bool dangling : {false, true}) {
      CAPTURE(name, dangling);
      fs::remove(precious);
      if (!dangling) {
        fs::copy_file(directory / name, precious);
        write_file(precious, "precious");
      }
      fs::rename(directory / name, temp.path() / "kept");
      fs::create_symlink(precious, directory / name);
      CHECK(Opening(directory, how).refused(directory / name) == Kind::permission_denied);
      CHECK(fs::exists(precious) == !dangling);
      CHECK((dangling || text_of(precious) == "precious"));
      CHECK(fs::is_symlink(directory / name));
      fs::remove(directory / name);
      fs::rename(temp.path() / "kept", directory / name);
    }
  }
  CHECK_FALSE(Opening(directory, how).error);
}

TEST_CASE("a link that is put in the place of a database while it is read is not followed",
          "[lmdb][private][read-only]") {
  TempDir temp;
  const auto directory = temp.path() / "store";
  open_world(directory)->start("a");
  const auto reader = open_to_read(directory);
  fs::rename(directory / "data.mdb", temp.path() / "another");
  fs::create_symlink(temp.path() / "another", directory / "data.mdb");
  const auto listed =
      reader->manage<Answer<std::vector<InstanceSummary>>>(management::ListInstances{});
  REQUIRE_FALSE(listed);
  CHECK(listed.error().kind == Kind::permission_denied);
  CHECK(listed.error().message.find("data.mdb` is a link") != std::string::npos);
}

TEST_CASE("a lock file with a second name is not written to", "[lmdb][private]") {
  TempDir temp;
  const auto directory = temp.path() / "store";
  REQUIRE_FALSE(Opening(directory).error);
  fs::remove(directory / "duroxide.lock");
  write_file(temp.path() / "precious", "precious");
  fs::create_hard_link(temp.path() / "precious", directory / "duroxide.lock");
  CHECK(Opening(directory).refused(directory / "duroxide.lock") == Kind::permission_denied);
  CHECK(text_of(temp.path() / "precious") == "precious");
}

TEST_CASE("a directory that is a link is refused, unless the path says so", "[lmdb][private]") {
  const How how = GENERATE(How::own, How::read_only);
  TempDir temp;
  REQUIRE_FALSE(Opening(temp.path() / "store").error);
  fs::create_directory_symlink("store", temp.path() / "link");
  const Opening refused(temp.path() / "link", how);
  CHECK(refused.refused(temp.path() / "link") == Kind::permission_denied);
  CHECK(refused.refused(fs::canonical(temp.path() / "store")) == Kind::permission_denied);
  CHECK_FALSE(Opening(temp.path() / "link" / "", how).error);

  fs::create_directory_symlink("nowhere", temp.path() / "dangling");
  CHECK(Opening(temp.path() / "dangling", how).refused("dangling") == Kind::permission_denied);
  CHECK(fs::is_symlink(temp.path() / "dangling"));
}

TEST_CASE("what is no file is refused at once", "[lmdb][private]") {
  const How how = GENERATE(How::own, How::read_only);
  TempDir temp;
  const auto directory = temp.path() / "store";
  REQUIRE_FALSE(Opening(directory).error);
  for (const char* name : {"duroxide.lock", "lock.mdb", "data.mdb"}) {
    for (const bool is_pipe : {true, false}) {
      CAPTURE(name, is_pipe);
      fs::rename(directory / name, temp.path() / "kept");
      if (is_pipe) {
        REQUIRE(::mkfifo((directory / name).c_str(), 0600) == 0);
      } else {
        fs::create_directory(directory / name);
      }
      CHECK(Opening(directory, how).refused(directory / name) == Kind::foreign_store);
      fs::remove(directory / name);
      fs::rename(temp.path() / "kept", directory / name);
    }
  }
}

TEST_CASE("a file of another user is refused", "[lmdb][private]") {
  const How how = GENERATE(How::own, How::read_only);
  TempDir temp;
  const auto directory = temp.path() / "store";
  REQUIRE_FALSE(Opening(directory).error);
  if (::geteuid() != 0) {
    return;  // only root can make one
  }
  for (const char* name : {"duroxide.lock", "lock.mdb", "data.mdb", "duroxide.log.1"}) {
    CAPTURE(name);
    REQUIRE(::chown((directory / name).c_str(), 12345, 12345) == 0);
    CHECK(Opening(directory, how).refused(directory / name) == Kind::permission_denied);
    REQUIRE(::chown((directory / name).c_str(), 0, 0) == 0);
  }
  // The store of another user is root's as well, and what root adds to it is that user's.
  for (const char* name : {"", "lock.mdb", "data.mdb", "duroxide.log.1"}) {
    REQUIRE(::chown((directory / name).c_str(), 12345, 12345) == 0);
  }
  for (const char* name : {"duroxide.lock", "lock.mdb", "duroxide.reserve"}) {
    fs::remove(directory / name);
  }
  REQUIRE_FALSE(Opening(directory, how).error);
  for (const auto& entry : fs::directory_iterator(directory)) {
    CAPTURE(entry.path());
    struct stat info {};
    REQUIRE(::lstat(entry.path().c_str(), &info) == 0);
    CHECK(info.st_uid == 12345U);
  }
}

}  // namespace duroxide::private_files_test
