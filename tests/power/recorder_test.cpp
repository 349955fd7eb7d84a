// What the replaced functions note, and that they do what they are named for.

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include "power/disk.hpp"
#include "power/recorder.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::recorder_test {

using namespace duroxide::power;
namespace fs = std::filesystem;

namespace {

/// Records what a function does below an empty directory.
class Recorded {
 public:
  explicit Recorded(const std::function<void(const fs::path&)>& what)
      : root_(fs::canonical(directory_.path()) / "disk") {
    fs::create_directory(root_);
    const fs::path file = directory_.path() / "trace";
    start_recording(root_, file);
    what(root_);
    stop_recording();
    trace_ = read_trace(file);
    for (const Record& record : trace_) {
      if (record.op != Op::unsupported) {
        disk_.apply(record);
      }
    }
  }

  [[nodiscard]] std::size_t count(Op op) const {
    return static_cast<std::size_t>(std::count_if(
        trace_.begin(), trace_.end(), [&](const Record& record) { return record.op == op; }));
  }
  /// The disk as the trace tells it, if nothing was lost.
  [[nodiscard]] Tree told() const { return disk_.left(Fate(Loss::none, 0, {})); }
  [[nodiscard]] Tree sure() const { return disk_.left(Fate(Loss::all, 0, {})); }
  [[nodiscard]] Tree real() const { return read_tree(root_); }

 private:
  testing::TempDir directory_;
  fs::path root_;
  Trace trace_;
  Disk disk_;
};

int make(const fs::path& path, int flags = 0) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | flags, 0600);
  REQUIRE(file >= 0);
  return file;
}

void sync_directory(const fs::path& path) {
  const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY);
  REQUIRE(directory >= 0);
  REQUIRE(::fsync(directory) == 0);
  REQUIRE(::close(directory) == 0);
}

}  // namespace

TEST_CASE("every way to write is noted", "[power]") {
  const Recorded recorded([](const fs::path& root) {
    const int file = make(root / "a");
    REQUIRE(::write(file, "one", 3) == 3);
    REQUIRE(::pwrite(file, "two", 3, 100) == 3);
    std::array<char, 2> bytes{'x', 'y'};
    const std::array<iovec, 2> parts{iovec{bytes.data(), 1}, iovec{bytes.data() + 1, 1}};
    REQUIRE(::writev(file, parts.data(), 2) == 2);
    REQUIRE(::pwritev(file, parts.data(), 2, 200) == 2);
    const int other = ::dup(file);
    REQUIRE(::write(other, "!", 1) == 1);
    const int third = ::fcntl(file, F_DUPFD_CLOEXEC, 0);
    REQUIRE(::pwrite(third, "?", 1, 50) == 1);
    REQUIRE(::ftruncate(file, 150) == 0);
    REQUIRE(::posix_fallocate(file, 0, 1000) == 0);
    for (const int each : {file, other, third}) {
      REQUIRE(::close(each) == 0);
    }
    const int appends = make(root / "a", O_APPEND);
    REQUIRE(::write(appends, "end", 3) == 3);
    REQUIRE(::close(appends) == 0);
    REQUIRE(::truncate((root / "a").c_str(), 1002) == 0);
    REQUIRE(::close(make(root / "b")) == 0);
    const int again = make(root / "b", O_TRUNC);
    REQUIRE(::write(again, "b", 1) == 1);
    REQUIRE(::close(again) == 0);
  });
  CHECK(difference(recorded.told(), recorded.real()).empty());
  CHECK(recorded.count(Op::write) == 8);
  CHECK(recorded.real().files.at("a").size() == 1002);
}

TEST_CASE("every change of a directory is noted", "[power]") {
  const Recorded recorded([](const fs::path& root) {
    fs::create_directory(root / "d");
    for (const char* name : {"a", "b", "c", "e"}) {
      REQUIRE(::close(make(root / "d" / name)) == 0);
    }
    fs::rename(root / "d" / "a", root / "d" / "b");
    fs::remove(root / "d" / "c");
    fs::create_hard_link(root / "d" / "e", root / "d" / "f");
    fs::create_directory(root / "gone");
    REQUIRE(::close(make(root / "gone" / "file")) == 0);
    fs::remove_all(root / "gone");
    const int directory = ::open(root.c_str(), O_RDONLY | O_DIRECTORY);
    REQUIRE(::openat(directory, "beside", O_CREAT | O_WRONLY, 0600) >= 0);
    REQUIRE(::close(directory) == 0);
  });
  CHECK(difference(recorded.told(), recorded.real()).empty());
  CHECK(recorded.real().files.size() == 4);
}

TEST_CASE("flushes are noted when they have returned", "[power]") {
  const Recorded recorded([](const fs::path& root) {
    const int file = make(root / "a");
    REQUIRE(::write(file, "sure", 4) == 4);
    REQUIRE(::fdatasync(file) == 0);
    REQUIRE(::write(file, "lost", 4) == 4);
    const int through = ::open((root / "a").c_str(), O_WRONLY | O_DSYNC);
    REQUIRE(::pwrite(through, "S", 1, 0) == 1);
    sync_directory(root);
  });
  CHECK(recorded.count(Op::flush_begins) == recorded.count(Op::flush_returns));
  CHECK(recorded.count(Op::written_through) == 1);
  CHECK(recorded.sure().files.at("a") == "Sure");
  CHECK(recorded.told().files.at("a") == "Surelost");
}

TEST_CASE("what is there already is on the disk", "[power]") {
  testing::TempDir temp;
  const fs::path root = fs::canonical(temp.path()) / "disk";
  fs::create_directories(root / "d");
  std::ofstream(root / "d" / "file") << "there";
  start_recording(root, temp.path() / "trace");
  stop_recording();
  Disk disk;
  for (const Record& record : read_trace(temp.path() / "trace")) {
    disk.apply(record);
  }
  CHECK(disk.left(Fate(Loss::all, 0, {})) == read_tree(root));
}

TEST_CASE("what cannot be followed is refused", "[power]") {
  const Recorded mapped([](const fs::path& root) {
    const int file = make(root / "a");
    REQUIRE(::ftruncate(file, 4096) == 0);
    void* const map = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    REQUIRE(map != MAP_FAILED);
    REQUIRE(::munmap(map, 4096) == 0);
    REQUIRE(::close(file) == 0);
  });
  CHECK(mapped.count(Op::unsupported) == 1);
  const Recorded moved([](const fs::path& root) {
    fs::create_directory(root / "d");
    REQUIRE(::close(make(root / "a")) == 0);
    fs::rename(root / "a", root / "d" / "a");
  });
  CHECK(moved.count(Op::unsupported) == 1);
}

TEST_CASE("other files are none of the recorder's business", "[power]") {
  testing::TempDir elsewhere;
  const Recorded recorded([&](const fs::path& root) {
    const int file = make(elsewhere.path() / "a");
    REQUIRE(::write(file, "x", 1) == 1);
    REQUIRE(::close(file) == 0);
    REQUIRE(::close(make(root / "lock.mdb")) == 0);
    fs::remove(root / "lock.mdb");
  });
  CHECK(recorded.count(Op::make_file) == 0);
  CHECK(recorded.count(Op::write) == 0);
}

TEST_CASE("what a killed process has left of its last record is not looked at", "[power]") {
  testing::TempDir temp;
  const fs::path file = temp.path() / "trace";
  const std::string whole = encode({Op::mark, 0, 0, 0, "n", "m", "text"});
  std::ofstream(file, std::ios::binary) << whole << whole.substr(0, whole.size() - 1);
  const Trace trace = read_trace(file);
  REQUIRE(trace.size() == 1);
  CHECK(trace.front().bytes == "text");
  CHECK(split(join({"a", "", "b"})) == std::vector<std::string>{"a", "", "b"});
}

}  // namespace duroxide::recorder_test
