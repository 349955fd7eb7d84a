// Opening directories of every kind. What is refused is left as it was.

#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include "provider/files.hpp"
#include "provider/world.hpp"
#include "storage/format.hpp"
#include "storage/keys.hpp"
#include "storage/lmdb/inspect.hpp"

namespace duroxide::lmdb_open_test {

using namespace duroxide::testing;
namespace fs = std::filesystem;
using Kind = ProviderError::Kind;

namespace {

LmdbOptions quiet(System& system) {
  return LmdbOptions()
      .durability(Durability::none)
      .log_sink({})
      .actor_system(use_actor_system(system.actors()));
}

/// Opens and closes, and returns what went wrong.
std::optional<ProviderError> try_open(const fs::path& directory) {
  System system;
  auto store = LmdbProvider::open(directory, quiet(system));
  if (!store) {
    return store.error();
  }
  return std::nullopt;
}

Kind refused(const fs::path& directory) {
  const auto error = try_open(directory);
  REQUIRE(error);
  CHECK(error->operation == "open");
  CHECK(error->message.find(directory.filename().string()) != std::string::npos);
  return error->kind;
}

}  // namespace

TEST_CASE("a store is made where there is none", "[lmdb]") {
  TempDir temp;
  const auto directory = temp.path() / "deep" / "er" / "store";
  CHECK_FALSE(try_open(directory));
  CHECK(fs::exists(directory / "data.mdb"));
  CHECK(storage::inspect_directory(directory) == storage::DirectoryContent::store);
  CHECK_FALSE(try_open(directory));
}

TEST_CASE("an opening that was interrupted at its beginning is begun again", "[lmdb]") {
  TempDir temp;
  make_database(temp.path(), nullptr, "", "");
  CHECK_FALSE(try_open(temp.path()));
}

TEST_CASE("a path that is no directory is refused", "[lmdb]") {
  TempDir temp;
  write_file(temp.path() / "file", "text");
  CHECK(refused(temp.path() / "file") == Kind::not_a_directory);
  const auto below = try_open(temp.path() / "file" / "store");
  REQUIRE(below);
  CHECK(below->kind == Kind::not_a_directory);
  CHECK(contents(temp.path()).size() == 1);
}

TEST_CASE("a directory that cannot be written is refused", "[lmdb]") {
  // Root may write anywhere but here.
  const auto error = try_open("/proc/duroxide-test");
  REQUIRE(error);
  CHECK_FALSE(error->message.empty());
  if (::geteuid() != 0) {
    TempDir temp;
    fs::permissions(temp.path(), fs::perms::owner_read | fs::perms::owner_exec);
    CHECK(refused(temp.path()) == Kind::permission_denied);
    fs::permissions(temp.path(), fs::perms::owner_all);
  }
}

TEST_CASE("another program's database is refused and left alone", "[lmdb]") {
  TempDir temp;
  SECTION("with keys in its root") {
    make_database(temp.path(), nullptr, "key", "value");
  }
  SECTION("with tables") {
    make_database(temp.path(), "theirs", "key", "value");
  }
  SECTION("with a table named like ours") {
    make_database(temp.path(), "meta", "key", "value");
  }
  SECTION("with a format of its own") {
    make_database(temp.path(), "meta", "format", "theirs");
  }
  SECTION("with our table's name for a key") {
    make_database(temp.path(), nullptr, "meta", "x");
  }
  const auto before = contents(temp.path());
  CHECK(refused(temp.path()) == Kind::foreign_store);
  CHECK(contents(temp.path()) == before);
}

TEST_CASE("a store of a later release is refused and left alone", "[lmdb][upgrade]") {
  TempDir temp;
  make_database(temp.path(), "meta", "format",
                std::string(storage::format_magic) + storage::make_key(storage::store_format + 1));
  const auto before = contents(temp.path());
  CHECK(refused(temp.path()) == Kind::newer_format);
  CHECK(contents(temp.path()) == before);
}

TEST_CASE("damaged files are refused and left alone", "[lmdb]") {
  const bool has_lock = GENERATE(true, false);
  TempDir temp;
  REQUIRE_FALSE(try_open(temp.path()));
  if (!has_lock) {
    fs::remove(temp.path() / "duroxide.lock");
  }
  const auto data = temp.path() / "data.mdb";
  auto bytes = contents(temp.path()).at("data.mdb");
  SECTION("rubbish") {
    bytes = std::string(20'000, 'x');
  }
  SECTION("a short text") {
    bytes = "hello";
  }
  SECTION("a cut header") {
    bytes.resize(5000);
  }
  SECTION("a cut body") {
    bytes.resize(4 * 4096);
  }
  SECTION("zeros") {
    bytes.assign(bytes.size(), '\0');
  }
  SECTION("a second header of zeros") {
    bytes.replace(4096, 4096, 4096, '\0');
  }
  write_file(data, bytes);
  const auto before = contents(temp.path());
  CHECK(refused(temp.path()) == Kind::corrupt);
  CHECK(contents(temp.path()) == before);
}

TEST_CASE("a file may lack pages that nobody uses", "[lmdb]") {
  TempDir temp;
  REQUIRE_FALSE(try_open(temp.path()));
  // As if a page had been allotted last and given back before it was ever written: the count in
  // both headers says one more than there is.
  const auto data = temp.path() / "data.mdb";
  auto bytes = contents(temp.path()).at("data.mdb");
  for (const std::size_t page : {std::size_t{0}, std::size_t{4096}}) {
    const std::size_t last_page_at = page + 16 + 4 + 4 + 8 + 8 + 48 + 48;
    const std::uint64_t count = bytes.size() / 4096;
    bytes.replace(last_page_at, sizeof(count), reinterpret_cast<const char*>(&count),
                  sizeof(count));
  }
  write_file(data, bytes);
  CHECK_FALSE(try_open(temp.path()));
}

TEST_CASE("one owner at a time", "[lmdb]") {
  TempDir temp;
  System system;
  auto store = LmdbProvider::open(temp.path(), quiet(system)).value();
  SECTION("in this process") {
    const auto error = try_open(temp.path());
    REQUIRE(error);
    CHECK(error->kind == Kind::in_use);
    CHECK(error->message.find(std::to_string(::getpid())) != std::string::npos);
    fs::create_directory_symlink(temp.path(), temp.path() / "link");
    CHECK(refused(temp.path() / "link" / "") == Kind::in_use);
  }
  SECTION("in another process") {
    // A copy of the lock file's holder line stands for the other process: the lock is the file's.
    const auto holder = contents(temp.path()).at("duroxide.lock");
    CHECK(holder.find("process " + std::to_string(::getpid())) == 0);
    CHECK(holder.find(" on host ") != std::string::npos);
  }
}

TEST_CASE("a log without its database is no place for a new store", "[lmdb]") {
  TempDir temp;
  System system;
  const auto directory = temp.path() / "store";
  const auto log = directory / "duroxide.log.1";
  const bool is_ours = GENERATE(true, false);
  if (is_ours) {
    REQUIRE_FALSE(try_open(directory));
    fs::remove(directory / "data.mdb");
  } else {
    fs::create_directory(directory);
    std::ofstream(log) << "lines of another program";
  }
  const auto bytes = fs::file_size(log);
  const auto opened = LmdbProvider::open(directory, quiet(system));
  REQUIRE_FALSE(opened);
  CHECK(opened.error().kind == ProviderError::Kind::foreign_store);
  CHECK(opened.error().message.find("duroxide.log.1") != std::string::npos);
  CHECK(fs::file_size(log) == bytes);
}

}  // namespace duroxide::lmdb_open_test
