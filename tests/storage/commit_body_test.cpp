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
#include "model/repeated_payloads.hpp"
#include "model/serialization.hpp"
#include "storage/log/commit_body.hpp"
#include "support/granted_room.hpp"

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

TEST_CASE("a commit with shared payloads was written as one without up to format 7",
          "[commit_log][payloads][upgrade]") {
  const Changes changes = with_payloads();
  const std::string body = encode_changes(changes);
  CHECK(body == by_structures(changes));
  Changes read;
  REQUIRE(decode_body_onto(read, body));
  CHECK(is_same(read, changes));
}

TEST_CASE("a payload stands in a commit once, in however many rows it is",
          "[commit_log][payloads]") {
  const Changes changes = with_payloads();
  const std::string body = body_of(changes);
  const std::string without = body_of(many_changes());
  CHECK(body.size() < without.size() + payload().size() + 5000 + 300);
  Changes read;
  REQUIRE(decode_body_onto(read, body));
  CHECK(is_same(read, changes));
  // They share it again.
  const auto& result = read.at(3).at("result").value;
  const auto& activity = read.at(7).at("activity").value;
  CHECK(&result->parts()[0].payload.text() == &activity->parts()[0].payload.text());
  CHECK(body_of(read) == body);
}

TEST_CASE("rows of the log are laid over what was there", "[commit_log][payloads]") {
  Changes changes = many_changes();
  changes.at(3)["result"] = Change{"before", false};
  changes.at(9)["other"] = Change{"before", false};
  REQUIRE(decode_body_onto(changes, body_of(with_payloads())));
  CHECK(changes.at(3).at("result").value == "1c" + payload());
  CHECK(changes.at(9).at("other").value == "before");
}

TEST_CASE("the body of a commit takes no more than was asked for", "[commit_log][payloads]") {
  const auto fits = [](const Changes& changes) {
    const CommitRecord record = record_of(changes);
    return record.body_bytes() <= testing::room_of(changes);
  };
  CHECK(fits({}));
  CHECK(fits(many_changes()));
  CHECK(fits(with_payloads()));
  Changes all_different;
  std::vector<model::SharedPart> parts;
  for (char each = 'a'; each <= 'z'; ++each) {
    const Payload payload(std::string(model::long_payload_bytes, each));
    parts.push_back({0, payload});
    all_different.at(7).emplace(std::string(1, each),
                                Change{model::SharedBytes("", {{0, payload}}), false});
  }
  all_different.at(5).emplace("k", Change{model::SharedBytes("", std::move(parts)), false});
  CHECK(fits(all_different));
}

TEST_CASE("the bytes of a commit with payloads are the ones that were released",
          "[commit_log][upgrade]") {
  Changes changes;
  changes.at(1).emplace("a", Change{"b", true});
  changes.at(3).emplace("d", Change{std::nullopt, false});
  changes.at(5).emplace("e",
                        Change{model::SharedBytes("fg", {{1, payload()}, {2, payload()}}), true});
  // The format, the mark of little-endian numbers, how many rows, then each: table, key, kind; of two, the
  // text; of the last, how many payloads, and where each stands, with its length, or what it repeats.
  const std::string front(
      "\x10\x01\x03\0\0\0\0\0\0\0"
      "\x01\x01\0\0\0\0\0\0\0a\0\x01\0\0\0\0\0\0\0b"
      "\x03\x01\0\0\0\0\0\0\0d\x01"
      "\x05\x01\0\0\0\0\0\0\0e\x02\x02\0\0\0\0\0\0\0fg"
      "\x02\0\0\0\0\0\0\0"
      "\x01\0\0\0\0\0\0\0\0\x10\0\0\0\0\0\0",
      10 + 20 + 11 + 21 + 8 + 16);
  const std::string end("\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x80", 16);
  CHECK(body_of(changes) == front + payload().text() + end);
}

TEST_CASE("what nobody can have written as a commit with payloads is refused",
          "[commit_log][corruption]") {
  const std::string body = body_of(with_payloads());
  for (std::size_t length = 0; length < body.size(); length += length < 2000 ? 1 : 97) {
    Changes read;
    REQUIRE_FALSE(decode_body_onto(read, std::string_view(body).substr(0, length)));
  }
  struct Case {
    std::string found;
    std::string instead;
    std::string problem;
  };
  const std::string repeat("\0\0\0\0\0\0\0\x80", 8);
  const std::string first_row("\x01\x05\0\0\0\0\0\0\0key 0", 14);
  const std::vector<Case> cases = {
      {repeat, std::string("\x02\0\0\0\0\0\0\x80", 8), "payload 2 is repeated where 1 came before"},
      {repeat, std::string(8, '\xff'), "is repeated where 1 came before"},
      {repeat, std::string(7, '\xff') + '\x7f', "bytes is expected where"},
      {"activity", "activity\x03", "of kind 3, which this release does not know"},
      {"result\x02\x02", "result\x02\x01", "where its row is not"},
      {first_row, "\x63", "table number 99, which this release does not know"},
      {std::string("\x10\x01", 2), std::string("\x10\x02", 2), "little-endian"},
  };
  for (const Case& each : cases) {
    std::string changed = body;
    const auto place = changed.find(each.found);
    REQUIRE(place != std::string::npos);
    changed.replace(place, each.instead.size(), each.instead);
    Changes read;
    const auto checked = decode_body_onto(read, changed);
    CAPTURE(each.problem);
    REQUIRE_FALSE(checked);
    CHECK_THAT(checked.error().what, Catch::Contains(each.problem));
  }
  Changes read;
  CHECK_THAT(decode_body_onto(read, body + "x").error().what, Catch::Contains("1 bytes are left"));
  CHECK_THAT(decode_changes_onto(read, body).error().what, Catch::Contains("format 16"));
}

TEST_CASE("a commit repeats so much of its payloads and no more",
          "[commit_log][payloads][corruption][large]") {
  const Payload large(std::string(std::size_t{4} << 20, 'l'));
  const std::size_t most = model::most_repeated_bytes / large.size();
  const auto with = [&](std::size_t times) {
    Changes changes;
    changes.at(5).emplace(
        "k",
        Change{model::SharedBytes("", std::vector<model::SharedPart>(times, {0, large})), true});
    return changes;
  };
  // Once, and as often as may be repeated; then in full again.
  std::string body = body_of(with(1 + most));
  CHECK(body.size() < large.size() + 10'000);
  CHECK(body_of(with(2 + most)).size() > 2 * large.size());
  Changes read;
  REQUIRE(decode_body_onto(read, body));
  CHECK(read.at(5).at("k").value->size() == (1 + most) * large.size());

  // Who repeats it once more than that.
  REQUIRE(most == 256);
  const std::string count_and_place("\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
  const auto place = body.find(count_and_place);
  REQUIRE(place != std::string::npos);
  body[place] = '\x02';
  body += body.substr(body.size() - 16);
  CHECK_THAT(decode_body_onto(read, body).error().what,
             Catch::Contains("more than 1073741824 bytes of payloads are repeated"));
}

}  // namespace duroxide::commit_body_test
