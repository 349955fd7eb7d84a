// Spans as OTLP/JSON: what a reader of JSON makes of them.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tracing/otlp.hpp"
#include "tracing/span_ids.hpp"

namespace duroxide::otlp_test {

using Json = nlohmann::json;
using tracing::OtlpWriter;
using tracing::Span;

namespace {

Span span_of(std::string_view text) {
  Span span;
  span.numbers.trace_id.fill('a');
  span.numbers.span_id = 0xbbbb'bbbb'bbbb'bbbb;
  span.numbers.began_at = from_milliseconds(1);
  span.numbers.ended_at = from_milliseconds(2);
  span.numbers.execution_id = 1;
  span.numbers.has_failed = true;
  span.instance = text;
  span.name = text;
  span.version = text;
  span.error = text;
  return span;
}

/// The spans of a line, which is one request.
Json spans_in(const std::string& line, const std::string& service) {
  CHECK(line.find('\n') == std::string::npos);
  const Json request = Json::parse(line);
  const Json& resource = request.at("resourceSpans").at(0);
  CHECK(resource.at("resource").at("attributes").at(0).at("value").at("stringValue") == service);
  return resource.at("scopeSpans").at(0).at("spans");
}

Json spans_of(const std::vector<Span>& spans, const std::string& service = "shop") {
  OtlpWriter writer(service);
  for (const Span& each : spans) {
    writer.add(each);
  }
  return spans_in(writer.finish(), service);
}

Json attribute(const std::string& key, const std::string& value) {
  return {{"key", key}, {"value", {{"stringValue", value}}}};
}

}  // namespace

TEST_CASE("otlp: a span has its ids, times, attributes and status", "[tracing]") {
  Span second = span_of("fine");
  second.numbers.parent_id = 0x0ccc;
  second.numbers.has_failed = false;
  second.numbers.sort = "activity";
  second.numbers.event_id = 2;
  second.numbers.attempt = 3;
  second.numbers.outcome = "given up";
  const Json spans = spans_of({span_of("broke"), second});
  REQUIRE(spans.size() == 2);
  const Json expected = Json::parse(R"({"traceId":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "spanId":"bbbbbbbbbbbbbbbb","name":"broke","kind":1,"startTimeUnixNano":"1000000",
    "endTimeUnixNano":"2000000","attributes":[
      {"key":"duroxide.instance","value":{"stringValue":"broke"}},
      {"key":"duroxide.execution","value":{"stringValue":"1"}},
      {"key":"duroxide.version","value":{"stringValue":"broke"}}],
    "status":{"code":2,"message":"broke"}})");
  CHECK(spans.at(0) == expected);
  CHECK(spans.at(1).at("parentSpanId") == "0000000000000ccc");
  CHECK(spans.at(1).at("name") == "activity fine");
  CHECK(spans.at(1).at("attributes") ==
        Json::array({attribute("duroxide.instance", "fine"), attribute("duroxide.execution", "1"),
                     attribute("duroxide.event", "2"), attribute("duroxide.attempt", "3"),
                     attribute("duroxide.outcome", "given up")}));
  CHECK(spans.at(1).at("status") == Json{{"code", 1}});
}

TEST_CASE("otlp: an id is told as its sixteen digits, and read as the same", "[tracing]") {
  CHECK(tracing::span_id_of_digits("0123456789abcdef") == 0x0123'4567'89ab'cdef);
  for (std::uint64_t digit = 0; digit < 16; ++digit) {
    for (unsigned place = 0; place < 64; place += 4) {
      const tracing::SpanId id = digit << place | std::uint64_t{1} << 63U;
      const auto digits = tracing::digits_of(id);
      std::string expected(16, '0');
      expected[15 - place / 4] = "0123456789abcdef"[digit];
      expected[0] = place == 60 ? "89abcdef89abcdef"[digit] : '8';
      CHECK(std::string(digits.begin(), digits.end()) == expected);
      CHECK(tracing::span_id_of_digits(expected) == id);
    }
  }
}

TEST_CASE("otlp: times are told in nanoseconds, whatever was told before", "[tracing]") {
  std::vector<Span> spans;
  for (const std::int64_t milliseconds :
       {-1LL, 0LL, 999LL, 1'000LL, 1'007LL, 8'999'999'999'099LL, 1'796'000'000'123LL,
        1'796'000'000'009LL, 1'796'000'001'000LL, 5LL}) {
    spans.push_back(span_of("timed"));
    spans.back().numbers.began_at = from_milliseconds(milliseconds);
    spans.back().numbers.ended_at = from_milliseconds(milliseconds + 60);
  }
  const Json told = spans_of(spans);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const auto told_as = [&](const char* name) {
      return std::stoll(told.at(i).at(name).get<std::string>());
    };
    const auto& numbers = spans[i].numbers;
    const std::int64_t began = std::max<std::int64_t>(to_milliseconds(numbers.began_at), 0);
    CHECK(told_as("startTimeUnixNano") == began * 1'000'000);
    CHECK(told_as("endTimeUnixNano") == to_milliseconds(numbers.ended_at) * 1'000'000);
  }
}

TEST_CASE("otlp: whatever a text holds, the line is JSON", "[tracing]") {
  const std::string text =
      GENERATE(as<std::string>{}, "", "with \"quotes\" and \\", "a\nb\tc", std::string("nul\0.", 5),
               "caf\xc3\xa9", "\x7f", std::string(2'000, '\x01'));
  const Json spans = spans_of({span_of(text)}, text);
  CHECK(spans.at(0).at("name") == text);
  CHECK(spans.at(0).at("status").at("message") == text);
  for (const std::size_t place : {0U, 2U}) {
    CHECK(spans.at(0).at("attributes").at(place).at("value").at("stringValue") == text);
  }
}

TEST_CASE("otlp: what is no UTF-8 is replaced", "[tracing]") {
  const Json spans = spans_of({span_of("a\xff")});
  CHECK(spans.at(0).at("name") == "a\xef\xbf\xbd");
}

TEST_CASE("otlp: the next request holds nothing of the one before", "[tracing]") {
  OtlpWriter writer("shop");
  writer.add(span_of("one"));
  writer.add(span_of("two"));
  CHECK(writer.size() == 2);
  CHECK(spans_in(writer.finish(), "shop").size() == 2);
  writer.clear();
  CHECK(writer.size() == 0);
  writer.add(span_of("three"));
  const Json spans = spans_in(writer.finish(), "shop");
  REQUIRE(spans.size() == 1);
  CHECK(spans.at(0).at("name") == "three");
}

}  // namespace duroxide::otlp_test
