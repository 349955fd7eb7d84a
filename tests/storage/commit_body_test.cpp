// What a commit is written as: straight from the changes, in a layout that is older than that.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>

#include "model/archive.hpp"
#include "model/serialization.hpp"
#include "storage/log/commit_body.hpp"

namespace duroxide::commit_body_test {

using namespace duroxide::storage;

/// The rows of a commit as structures that hold them.
struct Row {
  std::uint8_t table = 0;
  std::string key;
  std::optional<std::string> value;
};
DUROXIDE_LAYOUT(Row, x.table, x.key, x.value)

struct Body {
  std::vector<Row> rows;
};
DUROXIDE_LAYOUT(Body, x.rows)

namespace {

std::string by_structures(const Changes& changes) {
  Body body;
  for (std::size_t table = 0; table < table_count; ++table) {
    for (const auto& [key, change] : changes.at(table)) {
      body.rows.push_back(
          {static_cast<std::uint8_t>(table), key,
           change.value ? std::optional(std::string(change.value->bytes())) : std::nullopt});
    }
  }
  return model::encode(body);
}

/// A few rows in each table, some of them erased.
Changes many_changes() {
  Changes changes;
  for (std::size_t table = 0; table < table_count; ++table) {
    for (std::size_t row = 0; row < table % 4; ++row) {
      const std::string key = "key " + std::to_string(row) + std::string(row, '\0');
      const auto value =
          row == 1 ? std::nullopt : std::optional(std::string(table * 50, static_cast<char>(row)));
      changes.at(table).emplace(key, Change{value, row == 2});
    }
  }
  return changes;
}

bool is_same(const Changes& left, const Changes& right) {
  for (std::size_t table = 0; table < table_count; ++table) {
    if (!std::equal(left.at(table).begin(), left.at(table).end(), right.at(table).begin(),
                    right.at(table).end(), [](const auto& one, const auto& other) {
                      return one.first == other.first && one.second.value == other.second.value;
                    })) {
      return false;
    }
  }
  return true;
}

const Payload& payload() {
  static const Payload text(std::string(model::long_payload_bytes, 'p'));
  return text;
}

/// A payload that stands in three rows, and as another text in a fourth; and one more.
Changes with_payloads() {
  Changes changes = many_changes();
  const Payload same(payload().text());
  const Payload other(std::string(5000, 'q'));
  changes.at(3).emplace("result", Change{model::SharedBytes("1c", {{2, payload()}}), true});
  changes.at(5).emplace("events",
                        Change{model::SharedBytes("abc", {{1, payload()}, {2, other}}), true});
  changes.at(6).emplace("message", Change{model::SharedBytes("abc", {{0, payload()}}), false});
  changes.at(7).emplace("activity", Change{model::SharedBytes("", {{0, same}}), false});
  return changes;
}

std::string body_of(const Changes& changes) {
  const CommitRecord record = record_of(changes);
  return record.bytes().substr(commit_header_bytes, record.body_bytes());
}

}  // namespace

TEST_CASE("a commit is written as structures that hold its rows would be",
          "[commit_log][records]") {
  CHECK(encode_changes({}) == by_structures({}));
  const Changes changes = many_changes();
  const std::string body = encode_changes(changes);
  CHECK(body == by_structures(changes));
  Changes read;
  REQUIRE(decode_changes_onto(read, body));
  CHECK(is_same(read, changes));
}

TEST_CASE("the bytes of a commit are the ones that were released", "[commit_log][upgrade]") {
  Changes changes;
  changes.at(1).emplace("a", Change{"bc", true});
  changes.at(3).emplace("d", Change{std::nullopt, false});
  // The version of the layout, how many rows, the version of a row, then each: table, key, whether it is
  // erased, value.
  const std::string expected(
      "\x01"
      "\0\0\0\0"
      "\x02\0\0\0\0\0\0\0"
      "\0\0\0\0"
      "\x01\x01\0\0\0\0\0\0\0a\0\x02\0\0\0\0\0\0\0bc"
      "\x03\x01\0\0\0\0\0\0\0d\x01",
      1 + 4 + 8 + 4 + 21 + 11);
  CHECK(encode_changes(changes).substr(model::record_header_bytes) == expected);
}

TEST_CASE("a commit is written into the record that it becomes", "[commit_log]") {
  const Changes changes = many_changes();
  const CommitRecord record = record_of(changes);
  CHECK(record.bytes().substr(commit_header_bytes, record.body_bytes()) == encode_changes(changes));
  CHECK(record.bytes().size() == record_bytes(record.body_bytes()));
}

TEST_CASE("a commit with shared payloads is written as one without", "[commit_log][payloads]") {
  const Changes changes = with_payloads();
  const std::string body = body_of(changes);
  CHECK(body == by_structures(changes));
  Changes read;
  REQUIRE(decode_changes_onto(read, body));
  CHECK(is_same(read, changes));
}

}  // namespace duroxide::commit_body_test
