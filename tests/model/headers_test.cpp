#include <duroxide/headers.hpp>

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/encoding.hpp"
#include "model/recent_headers.hpp"
#include "model/trace_context.hpp"

namespace duroxide::headers_model_test {

namespace {

Headers sample() {
  return Headers().set("tenant", "blue").set("request", "7");
}

std::vector<Event> history_with(const std::optional<Headers>& of_activity) {
  const Timestamp at = from_milliseconds(1'000);
  return {{1, 0, at, event::OrchestrationStarted{"O", "1.0.0", "in", {}, {}, 0, {}}},
          {2, 0, at, event::ActivityScheduled{"A", "x"}},
          {3, 0, at, event::ActivityScheduled{"A", "y", {}, {}, {}, of_activity}}};
}

}  // namespace

TEST_CASE("headers: in the order of their names, each once", "[headers]") {
  Headers headers = sample();
  const Headers before = headers;
  headers.set("tenant", "red").set("a", "").erase("request").erase("nobody");
  REQUIRE(headers.size() == 2);
  CHECK(headers.begin()->first == "a");
  CHECK(*headers.find("tenant") == "red");
  CHECK(headers.find("request") == nullptr);
  CHECK(before == sample());
  CHECK(before != headers);
  CHECK(headers.erase("a").erase("tenant").empty());
  CHECK(headers == Headers());
}

TEST_CASE("headers: those that are read again are shared, and all are what was written",
          "[headers]") {
  const auto again = [](const Headers& headers) {
    const auto read = model::decode_work_item(
        model::encode_work_item(work::StartOrchestration{"i", "O", "", {}, {}, {}, {}, headers}));
    REQUIRE(read);
    return std::get<work::StartOrchestration>(*read).headers;
  };
  CHECK(again(sample()).begin() == again(sample()).begin());
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 300; ++i) {  // more than are remembered
      Headers headers;
      for (int each = 0; each <= i % 3; ++each) {
        headers.set("n" + std::to_string(each), std::to_string(i));
      }
      REQUIRE(again(headers) == headers);
    }
    CHECK(again(Headers()).empty());
  }
}

TEST_CASE("headers: those that differ in a letter, wherever it stands, are remembered side by side",
          "[headers]") {
  // They have 256 places, four for each digest.
  constexpr int count = 64;
  for (const bool at_the_end : {true, false}) {
    std::vector<std::string> records;
    for (int i = 0; i < count; ++i) {
      const std::string number = std::to_string(1'000'000 + i);
      records.emplace_back(model::encoded_headers(
          Headers()
              .set("a", at_the_end ? "the same for all of them" : number)
              .set("b",
                   at_the_end ? number : "the same for all of them, and longer than a digest")));
    }
    std::vector<Headers> first;
    for (const std::string& record : records) {
      first.push_back(model::read_headers(record).value().headers);
    }
    int known = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
      known += model::read_headers(records[i]).value().headers.begin() == first[i].begin() ? 1 : 0;
    }
    CAPTURE(at_the_end);
    CHECK(known >= 58);
  }
}

TEST_CASE("headers: long ones are read and written, and not remembered", "[headers]") {
  const Headers headers = Headers().set("n", std::string(4'000, 'v'));
  const std::string record(model::encoded_headers(headers));
  const Headers once = model::read_headers(record).value().headers;
  const Headers again = model::read_headers(record).value().headers;
  CHECK(once == headers);
  CHECK(again == headers);
  CHECK(once.begin() != again.begin());
  CHECK(model::encoded_headers(headers) == record);
}

TEST_CASE("headers: what is read ends where they end, and what is none is told", "[headers]") {
  const std::string encoded(model::encoded_headers(sample()));
  for (int round = 0; round < 2; ++round) {  // unknown, and remembered
    const auto read = model::read_headers(encoded + "more");
    REQUIRE(read);
    CHECK(read->headers == sample());
    CHECK(read->bytes == encoded.size());
  }
  CHECK(model::encoded_headers(Headers()) == std::string(8, '\0'));
  CHECK(model::read_headers(std::string(8, '\0') + "more").value().bytes == 8);
  for (std::size_t size = 0; size < encoded.size(); ++size) {
    CHECK_FALSE(model::read_headers(encoded.substr(0, size)));
  }
  const auto with_byte = [&](std::size_t place, char byte) {
    std::string changed = encoded;
    changed[place] = byte;
    return model::read_headers(changed);
  };
  CHECK_FALSE(with_byte(0, 33));
  CHECK_FALSE(with_byte(7, '\xff'));
  CHECK_FALSE(with_byte(15, '\xff'));
  const auto problem = [](const auto& read) { return read ? "none" : read.error().what; };
  CHECK_THAT(problem(with_byte(16, 'u')), Catch::Contains("not in the order of their names"));
  CHECK_THAT(problem(with_byte(16, 'R')), Catch::Contains("lower-case letters"));
  CHECK(with_byte(16, 'q').value().headers == Headers().set("qequest", "7").set("tenant", "blue"));
}

TEST_CASE("headers: those that are written again and again are the same bytes", "[headers]") {
  std::vector<Headers> many;
  for (int i = 0; i < 300; ++i) {  // more than are remembered
    many.push_back(Headers().set("n", std::to_string(i)));
  }
  for (int round = 0; round < 2; ++round) {
    for (const Headers& each : many) {
      const Headers copy = each;
      CHECK(model::read_headers(model::encoded_headers(copy)).value().headers == each);
    }
  }
  Headers changed = many.back();
  changed.set("n", "x");
  CHECK(model::read_headers(model::encoded_headers(changed)).value().headers == changed);
}

TEST_CASE("headers: what is beyond their limits is told", "[headers][limits]") {
  const auto problem = [](const Headers& headers) { return headers.problem().value_or("none"); };
  CHECK(problem(sample()) == "none");
  CHECK(problem(Headers().set("", "x")) == "the name of a header is empty");
  CHECK_THAT(problem(Headers().set("Tenant", "x")), Catch::Contains("not be `Tenant`"));
  CHECK_THAT(problem(Headers().set(std::string(129, 'n'), "x")),
             Catch::Contains("has 129 bytes, at most 128"));
  CHECK_THAT(problem(Headers().set("n", "\xff")), Catch::Contains("`n` is not valid UTF-8"));
  CHECK_THAT(problem(Headers().set("n", std::string(1, '\0'))), Catch::Contains("zero byte"));
  CHECK(problem(Headers().set("n", std::string(Headers::max_bytes - 1, 'v'))) == "none");
  CHECK_THAT(problem(Headers().set("n", std::string(Headers::max_bytes, 'v'))),
             Catch::Contains("have 8193 bytes"));
  Headers many;
  for (std::size_t i = 0; i <= Headers::max_entries; ++i) {
    many.set("n" + std::to_string(i), "v");
  }
  CHECK_THAT(problem(many), Catch::Contains("there are 33 headers, at most 32"));
}

TEST_CASE("headers: they take no room in records without them", "[headers]") {
  const auto without = history_with(std::nullopt);
  const auto with = history_with(sample());
  // One has some, so the record has the layout with them, for those without too.
  CHECK(model::decode_events(model::encode_events(with)).value() == with);
  CHECK(model::decode_events(model::encode_events(without)).value() == without);
  // What two schedules and a start would need to say that they have none, and one that has none of its own.
  CHECK(model::encode_events(history_with(Headers())).size() ==
        model::encode_events(without).size() + 8 + 1 + 1 + 8);

  work::StartOrchestration start{"i", "O", "in", {}, {}};
  const auto plain = model::encode_work_item(start);
  start.headers.set("a", "b");
  const auto full = model::encode_work_item(start);
  CHECK(full.size() == plain.size() + 8 + 8 + 1 + 8 + 1);  // a count, and two texts
  CHECK(std::get<work::StartOrchestration>(model::decode_work_item(full).value()) == start);
}

TEST_CASE("headers: their stored form is the one that was released", "[headers][records]") {
  const auto hex = [](const std::string& bytes) {
    std::string text;
    for (const char each : bytes) {
      for (const unsigned shift : {4U, 0U}) {
        text += "0123456789abcdef"[(static_cast<unsigned char>(each) >> shift) & 0xFU];
      }
    }
    return text;
  };
  const Headers headers = Headers().set("tenant", "blue");
  CHECK(hex(model::encode_work_item(
            work::StartOrchestration{"i", "O", "in", {}, {}, {}, {}, headers})) ==
        "0173efc566e67b26ad01000000000300000001000000000000006901000000000000004f"
        "0200000000000000696e0101000000000000000001010000000000000006000000000000"
        "0074656e616e740400000000000000626c7565");
  CHECK(hex(model::encode_events(
            {{1, 0, from_milliseconds(1'000),
              event::OrchestrationStarted{"O", "1.0.0", "in", {}, {}, 0, headers}}})) ==
        "01a8ae42862f744a8c0101000000000000000100000001000000000000000000000000000000e803000000"
        "000000000000000200000001000000000000004f0500000000000000312e302e300200000000000000696e"
        "01010000000000000000000000000000000000000001000000000000000000000000000000000000000000"
        "00000000000000000000000100000000000000060000000000000074656e616e740400000000000000626c"
        "7565");
}

TEST_CASE("tracing: only what is a traceparent is read as one", "[headers][tracing]") {
  const std::string foreign_trace = "0af7651916cd43dd8448eb211c80319c";
  const std::string foreign_span = "b7ad6b7169203331";
  const auto is_one = [](const std::string& text) {
    return model::parse_traceparent(text).has_value();
  };
  const std::string ids = foreign_trace + "-" + foreign_span;
  CHECK(is_one("00-" + ids + "-01"));
  CHECK(is_one("cc-" + ids + "-01-what-comes-later"));
  CHECK_FALSE(is_one(""));
  CHECK_FALSE(is_one("00-" + ids + "-01-more"));
  CHECK_FALSE(is_one("ff-" + ids + "-01"));
  CHECK_FALSE(is_one("00-" + std::string(32, '0') + "-" + foreign_span + "-01"));
  CHECK_FALSE(is_one("00-" + foreign_trace + "-" + std::string(16, '0') + "-01"));
  CHECK_FALSE(is_one("00-" + foreign_trace + "-" + foreign_span + "-0G"));
  CHECK_FALSE(is_one("00_" + ids + "-01"));
  for (int code = 0; code < 256; ++code) {  // at each place of either id
    const auto each = static_cast<char>(code);
    const bool is_digit = std::string_view("0123456789abcdef").find(each) != std::string_view::npos;
    for (std::size_t place = 0; place < ids.size(); ++place) {
      std::string changed = ids;
      if (changed[place] != '-') {
        changed[place] = each;
        CAPTURE(code, place);
        CHECK(is_one("00-" + changed + "-01") == is_digit);
      }
    }
  }
  CHECK(model::parse_traceparent("00-" + ids + "-03")->sampled);
  CHECK_FALSE(model::parse_traceparent("00-" + ids + "-02")->sampled);
}

}  // namespace duroxide::headers_model_test
