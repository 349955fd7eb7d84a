// That files are looked at again once something has happened to their directory, and seldom if not.

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include <catch2/catch.hpp>

#include "storage/name_watch.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::name_watch_test {

using namespace duroxide::storage;
using duroxide::testing::TempDir;
namespace fs = std::filesystem;

namespace {

struct Watched {
  TempDir directory;
  fs::path file = directory.path() / "file";
  NameWatch watch{directory.path()};
  int looks = 0;

  Watched() { std::ofstream(file) << "there"; }
  bool check() {
    const int before = looks;
    watch.check([this] { ++looks; });
    return looks != before;
  }
  /// Until the clock of the file system has gone on for long enough.
  void settle() {
    while (check()) {
      std::this_thread::yield();
    }
  }
};

}  // namespace

TEST_CASE("files are looked at whenever something has happened to their names", "[lmdb]") {
  Watched watched;
  watched.settle();
  const auto harm = GENERATE(0, 1, 2, 3);
  CAPTURE(harm);
  const fs::path other = watched.directory.path() / "other";
  if (harm == 0) {
    fs::remove(watched.file);
  } else if (harm == 1) {
    fs::rename(watched.file, other);
  } else if (harm == 2) {
    std::ofstream(other) << "new";
  } else {
    fs::remove_all(watched.directory.path());
  }
  CHECK(watched.check());
}

TEST_CASE("files are looked at now and then, whatever happens to their names", "[lmdb]") {
  Watched watched;
  watched.settle();
  int without = 0;
  while (!watched.check()) {
    ++without;
  }
  CHECK(without <= static_cast<int>(NameWatch::most_unlooked));
}

TEST_CASE("a look that finds something wrong is repeated", "[lmdb]") {
  Watched watched;
  watched.settle();
  fs::remove(watched.file);
  const auto fails = [] { throw std::runtime_error("gone"); };
  CHECK_THROWS_WITH(watched.watch.check(fails), "gone");
  CHECK_THROWS_WITH(watched.watch.check(fails), "gone");
}

TEST_CASE("a directory that cannot be held is looked at each time", "[lmdb]") {
  NameWatch none("/nowhere/to/be/found");
  int looks = 0;
  for (int i = 0; i < 3; ++i) {
    none.check([&] { ++looks; });
  }
  CHECK(looks == 3);
}

}  // namespace duroxide::name_watch_test
