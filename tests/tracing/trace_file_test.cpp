// The file of traces on a disk that is full.

#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch.hpp>

#include "support/temp_dir.hpp"
#include "tracing/trace_file.hpp"

namespace duroxide::trace_file_test {

using tracing::TraceFile;

namespace {

/// As long as it lives, no file of this process grows beyond so many bytes.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit little = before_;
    little.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &little);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    (void)std::signal(SIGXFSZ, signal_before_);
  }

 private:
  rlimit before_{};
  void (*signal_before_)(int) = std::signal(SIGXFSZ, SIG_IGN);
};

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("trace file: of a line for which the disk has no place nothing stays",
          "[tracing][limits][errors]") {
  const testing::TempDir directory;
  const auto path = directory.path() / "trace.json";
  TraceFile file(path, 1'000, 2);
  REQUIRE(file.open());
  REQUIRE(file.take("first"));
  {
    const FullDisk full(10);
    CHECK_FALSE(file.take("second"));
    CHECK(content_of(path) == "first\n");
    CHECK_FALSE(file.take("third"));
    CHECK(content_of(path) == "first\n");
  }
  REQUIRE(file.take("fourth"));
  CHECK(content_of(path) == "first\nfourth\n");
}

TEST_CASE("trace file: it makes way on a disk that is full too", "[tracing][limits][errors]") {
  const testing::TempDir directory;
  const auto path = directory.path() / "trace.json";
  TraceFile file(path, 12, 2);
  REQUIRE(file.open());
  REQUIRE(file.take("first"));
  {
    const FullDisk full(8);
    CHECK_FALSE(file.take("2nd"));  // which has place in the file
    REQUIRE(file.take("second."));  // which has none
  }
  CHECK(content_of(path) == "second.\n");
  CHECK(content_of(directory.path() / "trace.json.1") == "first\n");
}

}  // namespace duroxide::trace_file_test
