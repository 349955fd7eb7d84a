// What a failure of the system, or of LMDB, is told as; and files that are not what they should be.

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include <fcntl.h>
#include <lmdb.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include "storage/directories.hpp"
#include "storage/lmdb/lmdb_error.hpp"
#include "storage/private_files.hpp"
#include "storage/storage_failure.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::storage_failures_test {

using namespace duroxide::storage;
using Catch::Contains;
using duroxide::testing::TempDir;
using Kind = ProviderError::Kind;

namespace {

ProviderError error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const StorageFailure& failed) {
    return failed.error();
  }
  FAIL("it did not fail");
  return {};
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

}  // namespace

TEST_CASE("a failure of the system is told with its reason, and whether to try again", "[errors]") {
  struct Row {
    int code;
    Kind kind;
    bool retryable;
  };
  for (const auto& [code, kind, retryable] :
       {Row{ENOSPC, Kind::disk_full, true}, Row{EDQUOT, Kind::disk_full, true},
        Row{EFBIG, Kind::disk_full, true}, Row{EACCES, Kind::permission_denied, false},
        Row{EPERM, Kind::permission_denied, false}, Row{EROFS, Kind::permission_denied, false},
        Row{ENOTDIR, Kind::not_a_directory, false}, Row{ENOMEM, Kind::storage, true},
        Row{EAGAIN, Kind::storage, true}, Row{EINTR, Kind::storage, true},
        Row{EIO, Kind::storage, false}}) {
    const auto error = system_failure(code, "opening `x`").error();
    CAPTURE(error.message);
    CHECK(error.kind == kind);
    CHECK(error.retryable == retryable);
    CHECK_THAT(error.message,
               Catch::StartsWith("opening `x`: " + std::generic_category().message(code)));
    CHECK((error.message.find("nothing was changed") != std::string::npos) == is_disk_full(code));
  }
}

TEST_CASE("a failure of LMDB is told as what it means for a store", "[errors][lmdb]") {
  const auto of = [](int code) { return lmdb_failure(code, "writing").error(); };
  for (const int damage : {MDB_INVALID, MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_VERSION_MISMATCH}) {
    CHECK(of(damage).kind == Kind::corrupt);
    CHECK_FALSE(of(damage).retryable);
  }
  CHECK(of(MDB_PANIC).kind == Kind::closed);
  CHECK_THAT(of(MDB_PANIC).message, Contains("open it again"));
  CHECK(of(MDB_READERS_FULL).retryable);
  CHECK_THAT(of(MDB_READERS_FULL).message, Contains("too many readers at once"));
  CHECK(of(MDB_MAP_FULL).retryable);
  CHECK(of(MDB_MAP_FULL).kind == Kind::storage);
  CHECK(of(MDB_BAD_TXN).kind == Kind::storage);
  CHECK_FALSE(of(MDB_BAD_TXN).retryable);
  CHECK(of(ENOSPC).kind == Kind::disk_full);
  CHECK(of(EACCES).kind == Kind::permission_denied);
  CHECK_NOTHROW(check_lmdb(MDB_SUCCESS, "writing"));
  CHECK_THAT(error_of([] { check_lmdb(MDB_CORRUPTED, "writing"); }).message,
             Catch::StartsWith("writing: MDB_CORRUPTED"));
}

TEST_CASE("a write that was cut short is told as a full disk if the disk is full",
          "[errors][lmdb]") {
  const TempDir temp;
  const auto file = temp.path() / "data.mdb";
  write(file, "text");
  CHECK(tell_full_disk(ENOSPC, file, 1) == ENOSPC);
  CHECK(tell_full_disk(EIO, file, 100) == EIO);  // there is room
  CHECK(std::filesystem::file_size(file) == 4);
  CHECK(tell_full_disk(EIO, temp.path() / "nothing", 100) == EIO);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit little{50, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &little) == 0);
  const int told = tell_full_disk(EIO, file, 100);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, handler);
  CHECK(told == EFBIG);
  CHECK(std::filesystem::file_size(file) == 4);
}

TEST_CASE("a file that is none, or not where it should be, is told by name", "[private]") {
  const TempDir temp;
  const auto file = temp.path() / "file";
  write(file, "text");
  CHECK(require_file(file, Use::write));
  CHECK_FALSE(require_file(temp.path() / "nothing", Use::read));
  CHECK_FALSE(open_file(temp.path() / "nothing", O_RDONLY).is_open());
  const auto below = file / "below";  // where there is no directory
  for (const auto& act : {std::function<void()>([&] { (void)require_file(below, Use::read); }),
                          std::function<void()>([&] { (void)open_file(below, O_RDONLY); }),
                          std::function<void()>([&] { (void)make_file(below); })}) {
    const auto error = error_of(act);
    CHECK(error.kind == Kind::not_a_directory);
    CHECK_THAT(error.message, Contains(below.string()));
  }
  CHECK(error_of([&] { (void)open_file(temp.path(), O_RDWR); }).kind == Kind::foreign_store);
  CHECK(error_of([&] { (void)make_file(temp.path() / "missing" / "file"); }).kind == Kind::storage);
  CHECK_FALSE(make_file(file).is_open());
  CHECK(error_of([&] { require_directory(file); }).kind == Kind::not_a_directory);
  CHECK_THAT(error_of([&] { require_directory(temp.path() / "nothing"); }).message,
             Contains("looking at `"));
  CHECK(error_of([&] { make_directory(file); }).kind == Kind::not_a_directory);
}

TEST_CASE("the file that a path names is told from the one that is open", "[private]") {
  const TempDir temp;
  const auto file = temp.path() / "file";
  const auto open = make_file(file);
  REQUIRE(open.is_open());
  CHECK(is_at(file, open.get()));
  CHECK_FALSE(is_at(temp.path(), open.get()));
  CHECK_FALSE(is_at(temp.path() / "nothing", open.get()));
  CHECK_FALSE(is_at(file, -1));
  std::filesystem::rename(file, temp.path() / "moved");
  CHECK_FALSE(is_at(file, open.get()));
  CHECK(is_at(temp.path() / "moved", open.get()));
}

TEST_CASE("what is open to others is told with a command that a shell takes", "[private]") {
  const TempDir temp;
  const auto file = temp.path() / "it's mine";
  write(file, "text");
  std::filesystem::permissions(file, std::filesystem::perms(0644));
  const auto open = exposure_of(file, "600");
  CHECK_THAT(open.found, Contains("(mode 0644)"));
  CHECK_THAT(open.command, Catch::StartsWith("chmod 600 '") && Catch::EndsWith("it'\\''s mine'"));
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  CHECK(exposure_of(file, "600").found.empty());
  CHECK(exposure_of(temp.path() / "nothing", "600").command.empty());
}

}  // namespace duroxide::storage_failures_test
