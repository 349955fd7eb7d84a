// The log of a store: what was appended is found again, what is torn is cut off, and what is damaged is
// told.

#include <filesystem>
#include <string>

#include <fcntl.h>
#include <catch2/catch.hpp>

#include "model/archive.hpp"
#include "storage/log/little_endian.hpp"
#include "storage/log_fixture.hpp"
#include "storage/storage_failure.hpp"

namespace duroxide::commit_log_test {

using namespace duroxide::storage;
using duroxide::testing::Bodies;
using duroxide::testing::LogFixture;

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t first = LogSegment::first_record;

/// The record that takes the `index`th sector behind the header.
std::uint64_t sector(std::uint64_t index) {
  return first + index * sector_bytes;
}

ProviderError refusal(LogFixture& log) {
  try {
    (void)log.reopen();
  } catch (const StorageFailure& failed) {
    return failed.error();
  }
  FAIL("the log was opened");
  return {};
}

}  // namespace

TEST_CASE("what was appended to the log is found again, in order", "[commit_log][restart]") {
  LogFixture log;
  log.commit("one");
  log.commit("");
  log.commit("three");
  CHECK(log.reopen() == Bodies{{1, "one"}, {2, ""}, {3, "three"}});
  log.commit("four");
  CHECK(log.reopen() == Bodies{{1, "one"}, {2, ""}, {3, "three"}, {4, "four"}});
}

TEST_CASE("what the tables hold is not given again", "[commit_log][restart]") {
  LogFixture log;
  log.commit("one");
  log.commit("two");
  log.checkpoint();
  CHECK(log.reopen().empty());
  log.commit("three");
  CHECK(log.reopen() == Bodies{{3, "three"}});
}

TEST_CASE("the place of what the tables hold is used again", "[commit_log]") {
  LogFixture log;
  for (int i = 0; i < 200; ++i) {
    log.commit(std::string(100, 'a'));
    if (i % 5 == 4) {
      log.checkpoint();
    }
  }
  CHECK(log.segments().size() <= 2 + LogFixture::small_segments().spare_segments);
  CHECK(log.reopen().empty());
}

TEST_CASE("records go on from one segment to the next", "[commit_log][restart]") {
  LogFixture log;
  Bodies all;
  for (std::uint64_t i = 1; i <= 30; ++i) {
    all.emplace_back(i, std::string(i * 20, static_cast<char>('a' + i % 26)));
    log.commit(all.back().second);
  }
  CHECK(log.segments().size() > 3);
  CHECK(log.reopen() == all);
  log.checkpoint();
  CHECK(log->held_bytes() <= LogFixture::small_segments().segment_bytes);
}

TEST_CASE("a record larger than a segment gets one of its own, for a time", "[commit_log]") {
  LogFixture log;
  const std::string large(50'000, 'l');
  log.commit("small");
  log->make_room(large.size());
  log.commit("another");
  log.checkpoint();  // what was reserved stays
  log.commit(large);
  log.commit("behind it");
  CHECK(log.reopen() == Bodies{{3, large}, {4, "behind it"}});
  log.checkpoint();
  for (const auto& segment : log.segments()) {
    CHECK(fs::file_size(segment) == LogFixture::small_segments().segment_bytes);
  }
}

TEST_CASE("a batch that grows beyond a segment has few of its own", "[commit_log]") {
  LogFixture log;
  log.commit("small");
  const std::size_t largest = 400'000;
  std::uint64_t room = 0;
  for (std::size_t bytes = 1'000; bytes <= largest; bytes += 1'000) {
    if (bytes > room) {
      room = log->make_room(bytes);
    }
  }
  std::uint64_t taken = 0;
  for (const auto& segment : log.segments()) {
    taken += fs::file_size(segment);
  }
  CHECK(taken < 3 * largest);
  const std::string large(largest, 'l');
  log.commit(large);
  CHECK(log.reopen() == Bodies{{1, "small"}, {2, large}});
  log.commit("behind it");
  log.checkpoint();
  log.commit("more");
  log.checkpoint();
  CHECK(log->file_bytes() < largest + 200'000);
}

TEST_CASE("a log holds nothing once all of it is in the tables", "[commit_log]") {
  LogFixture log;
  log.commit(std::string(50'000, 'l'));
  CHECK(log->held_bytes() > 50'000);
  log.checkpoint();
  CHECK(log->held_bytes() == 0);
  CHECK(log.reopen().empty());
  CHECK(log->held_bytes() == 0);
}

TEST_CASE("a last record that is torn is cut off, wherever it is torn",
          "[commit_log][corruption]") {
  static const std::size_t sectors = record_bytes(1500) / sector_bytes;
  const auto torn = GENERATE(range(std::size_t{0}, sectors));
  LogFixture log;
  log.commit("one");
  log.commit(std::string(1500, 't'));
  log.close();
  log.damage(1, sector(1 + torn), std::string(sector_bytes, '\0'));
  CHECK(log.reopen() == Bodies{{1, "one"}});
  log.commit("another");
  CHECK(log.reopen() == Bodies{{1, "one"}, {2, "another"}});
}

TEST_CASE("what was written behind a lost record does not come back", "[commit_log][corruption]") {
  LogFixture log;
  log->append("one");
  log->flush();
  log->append("lost");
  log->append("behind it");
  log->append("and that");
  log.close();
  log.damage(1, sector(1), std::string(sector_bytes, '\0'));
  CHECK(log.reopen() == Bodies{{1, "one"}});
  log.commit("lost");  // the very record whose successors are still there
  CHECK(log.reopen() == Bodies{{1, "one"}, {2, "lost"}});
}

TEST_CASE("a flushed record that is damaged is told, and nothing is changed",
          "[commit_log][corruption]") {
  // But the last: none vouches for it.
  const auto index = GENERATE(range(std::uint64_t{0}, std::uint64_t{3}));
  LogFixture log;
  for (const char* body : {"one", "two", "three", "four"}) {
    log.commit(body);
  }
  log.close();
  log.damage(1, sector(index) + commit_header_bytes, "X");
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto error = refusal(log);
    CHECK(error.kind == ProviderError::Kind::corrupt);
    CHECK_THAT(error.message,
               Catch::Contains("record " + std::to_string(index + 1)) && Catch::Contains("log.1"));
  }
}

TEST_CASE("a segment that is missing, cut short or another's is told", "[commit_log][corruption]") {
  LogFixture log;
  for (int i = 0; i < 10; ++i) {
    log.commit("body");
  }
  log.anchor() = log->anchor({});
  log.close();
  SECTION("missing") {
    fs::remove(log.segment(2));
    CHECK_THAT(refusal(log).message, Catch::Contains("log.2") && Catch::Contains("is missing"));
  }
  SECTION("cut short") {
    fs::resize_file(log.segment(2), 1024);
    CHECK_THAT(refusal(log).message, Catch::Contains("was made with 7680 bytes and has 1024"));
  }
  SECTION("of another store") {
    log.anchor().key = 4712;
    CHECK_THAT(refusal(log).message, Catch::Contains("belongs to another store"));
  }
  SECTION("with a damaged beginning") {
    log.damage(2, 20, "X");
    CHECK_THAT(refusal(log).message, Catch::Contains("damaged first sector"));
  }
}

TEST_CASE("a log of a later release is refused as such", "[commit_log][upgrade]") {
  LogFixture log;
  log.commit("body");
  log.close();
  // The magic, the version, then key and length with a checksum over all of it.
  std::string header("duroxlog");
  append_little_endian(header, 2);
  append_little_endian(header, LogFixture::key);
  append_little_endian(header, fs::file_size(log.segment(1)));
  append_little_endian(header, model::checksum(header));
  log.damage(1, 0, header);
  const ProviderError refused = refusal(log);
  CHECK(refused.kind == ProviderError::Kind::newer_format);
  CHECK_THAT(refused.message, Catch::Contains("is of version 2 of the log") &&
                                  Catch::Contains("open the store with a newer release"));
}

TEST_CASE("a segment that the tables name stays, though nothing in it is needed", "[commit_log]") {
  LogFixture log;
  log.commit(std::string(50'000, 'l'));
  // The tables get to know of this moment, and while they are written the log goes on elsewhere.
  log.anchor() = log->anchor(log->appended());
  log.commit("one more");
  log->release(log.anchor());
  CHECK(log.reopen() == Bodies{{2, "one more"}});
}

TEST_CASE("a file that only has the name of a segment is left alone", "[commit_log]") {
  LogFixture log;
  log.close();
  std::ofstream(log.segment(1)) << "somebody's own";
  try {
    (void)CommitLog::make(log.path(), LogFixture::key, LogFixture::small_segments());
    FAIL("a log was made over it");
  } catch (const StorageFailure& failed) {
    CHECK(failed.error().kind == ProviderError::Kind::foreign_store);
  }
  CHECK(fs::exists(log.segment(1)));
}

TEST_CASE("bytes that look like a record of the log are none", "[commit_log][corruption]") {
  LogFixture log;
  // What a user might write, if it lay at a sector of its own: the record that comes next.
  CommitRecord forged = CommitRecord::of("forged");
  (void)forged.seal(LogFixture::key + 1, {1, 0}, 0);
  log.commit("one");
  log->append(std::string(sector_bytes - commit_header_bytes, ' ') + forged.bytes());
  log.close();
  log.damage(1, sector(1), std::string(sector_bytes, '\0'));
  CHECK(log.reopen() == Bodies{{1, "one"}});
}

TEST_CASE("what a process has left that was killed while it made a segment goes", "[commit_log]") {
  LogFixture log;
  log.commit("one");
  log.close();
  std::ofstream(log.path() / "duroxide.log.new") << std::string(GENERATE(0U, 3U, 600U), '\0');
  CHECK(log.reopen() == Bodies{{1, "one"}});
  CHECK_FALSE(fs::exists(log.path() / "duroxide.log.new"));
}

TEST_CASE("a file of somebody else's that is in the way of the log stays", "[commit_log]") {
  LogFixture log;
  log.commit("one");
  std::ofstream(log.segment(2)) << "a copy";
  for (int record = 0; record < 20; ++record) {
    log.commit("more");  // goes on in segments of other numbers
  }
  CHECK(fs::file_size(log.segment(2)) == 6);
  fs::remove(log.segment(2));
  CHECK(log.reopen().size() == 21);
  log.close();
  std::ofstream(log.path() / "duroxide.log.new") << "a letter";
  CHECK(refusal(log).kind == ProviderError::Kind::foreign_store);
  CHECK(fs::exists(log.path() / "duroxide.log.new"));
}

TEST_CASE("what is written past the cache is found again, and what is too long for that",
          "[commit_log][restart]") {
  // File systems differ in whether they take it.
  const bool in_memory = GENERATE(false, true);
  const duroxide::testing::TempDir directory(in_memory ? duroxide::testing::quick_directory()
                                                       : fs::temp_directory_path());
  LogOptions options;
  options.flushes_each = true;
  Bodies bodies;
  LogAnchor anchor;
  {
    CommitLog log = CommitLog::make(directory.path(), LogFixture::key, options);
    anchor = log.anchor({});
    for (const std::size_t bytes : {std::size_t{1}, std::size_t{600}, DirectWrites::most_bytes,
                                    std::size_t{5'000}, std::size_t{3} << 20, std::size_t{0}}) {
      bodies.emplace_back(bodies.size() + 1, std::string(bytes, 'b'));
      log.append(bodies.back().second);
      log.flush();
    }
  }
  Bodies found;
  const CommitLog log = CommitLog::open(
      directory.path(), anchor, options,
      [&](std::uint64_t number, std::string_view body) { found.emplace_back(number, body); });
  CHECK(found == bodies);
}

TEST_CASE("what a file cannot take past the cache, or not at once, is left to the cache",
          "[commit_log]") {
  const duroxide::testing::TempDir directory;
  const fs::path path = directory.path() / "file";
  const model::FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  const std::string sector(sector_bytes, 's');
  DirectWrites direct;
  CHECK(direct.write(file.get(), 0, std::string(DirectWrites::most_bytes + 1, 's')) ==
        DirectWrites::End::not_taken);
  CHECK(direct.write(-1, 0, sector) == DirectWrites::End::not_taken);
  // From then on it is not tried any more.
  CHECK(direct.write(file.get(), 0, sector) == DirectWrites::End::not_taken);
  CHECK(fs::file_size(path) == 0);
  const model::FileDescriptor read_only(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  CHECK(DirectWrites().write(read_only.get(), 0, sector) != DirectWrites::End::written);
}

TEST_CASE("names of segments are numbers", "[commit_log]") {
  CHECK(LogSegment::number_of("/a/duroxide.log.12") == 12);
  for (const char* other : {"duroxide.log.", "duroxide.log.new", "duroxide.log.012",
                            "duroxide.log.-1", "duroxide.log.1x", "log.1", "data.mdb"}) {
    CHECK_FALSE(LogSegment::number_of(other));
  }
}

}  // namespace duroxide::commit_log_test
