// How a record of the log lies in a file.

#include <string>

#include <catch2/catch.hpp>

#include "storage/log/record.hpp"

namespace duroxide::log_record_test {

using namespace duroxide::storage;

namespace {

constexpr LogKey key = 7;

struct Written {
  std::string bytes;
  LogPosition position;
};

Written write(LogPosition after, std::uint64_t flushed, const std::string& body) {
  CommitRecord record = CommitRecord::of(body);
  const LogPosition position = record.seal(key, after, flushed);
  return {record.bytes(), position};
}

bool is_read_whole(const std::string& bytes, LogKey with = key) {
  const auto header = read_header(bytes);
  return header && is_whole(with, *header, bytes);
}

}  // namespace

TEST_CASE("a record of the log is read as it was written", "[commit_log]") {
  for (const std::size_t length : {0U, 1U, 463U, 464U, 465U, 5000U}) {
    const std::string body(length, 'x');
    const auto record = write({41, 99}, 40, body);
    CHECK(record.bytes.size() % sector_bytes == 0);
    CHECK(record.bytes.size() == record_bytes(length));
    const auto header = read_header(record.bytes);
    REQUIRE(header);
    CHECK(header->number == 42);
    CHECK(header->flushed == 40);
    CHECK(header->predecessor == 99);
    CHECK(header->length == length);
    CHECK(header->position() == record.position);
    CHECK(is_whole(key, *header, record.bytes));
    CHECK(is_whole(key, *header, record.bytes + "and what stands behind it"));
  }
}

TEST_CASE("a record of the log with any other byte in it is none", "[commit_log][corruption]") {
  const auto record = write({1, 2}, 1, "a body");
  for (std::size_t at = 0; at < commit_header_bytes + 6; ++at) {
    std::string other = record.bytes;
    other.at(at) = static_cast<char>(other.at(at) ^ 0x20);
    INFO("byte " << at);
    CHECK_FALSE(is_read_whole(other));
  }
}

TEST_CASE("a record of the log that is cut off is none", "[commit_log][corruption]") {
  const std::string body(2000, 'b');
  const auto record = write({1, 2}, 1, body);
  for (std::size_t length = 0; length < commit_header_bytes + body.size(); length += 13) {
    CHECK_FALSE(is_read_whole(record.bytes.substr(0, length)));
  }
  CHECK(is_read_whole(record.bytes));
}

TEST_CASE("a record of another log is none of this one", "[commit_log]") {
  const auto record = write({1, 2}, 1, "a body");
  CHECK(is_read_whole(record.bytes));
  CHECK_FALSE(is_read_whole(record.bytes, key + 1));
}

TEST_CASE("a record of the log can become another one", "[commit_log]") {
  CommitRecord record = CommitRecord::of("a body");
  (void)record.seal(key, {1, 2}, 1);
  const LogPosition position = record.seal(key, {41, 99}, 40);
  CHECK(position == write({41, 99}, 40, "a body").position);
  CHECK(record.bytes() == write({41, 99}, 40, "a body").bytes);
  CHECK(record.body_bytes() == 6);
}

TEST_CASE("a length that no file has is not believed", "[commit_log][corruption]") {
  std::string record = write({1, 2}, 1, "a body").bytes;
  record.replace(32, 8, std::string(8, '\xff'));
  CHECK_FALSE(is_read_whole(record));
}

}  // namespace duroxide::log_record_test
