// Spans as OTLP/JSON: what a reader of JSON makes of them.

#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tracing/span.hpp"

namespace duroxide::otlp_test {

using Json = nlohmann::json;
using tracing::Span;

namespace {

Span span_of(std::string text) {
  Span span;
  span.trace_id = std::string(32, 'a');
  span.span_id = std::string(16, 'b');
  span.name = text;
  span.began_at = from_milliseconds(1);
  span.ended_at = from_milliseconds(2);
  span.attributes = {{"duroxide.instance", text}, {"duroxide.execution", "1"}};
  span.has_failed = true;
  span.error = std::move(text);
  return span;
}

/// The spans of a line, which is one request.
Json spans_of(const std::vector<Span>& spans, const std::string& service = "shop") {
  const std::string line = tracing::to_otlp(spans, service);
  CHECK(line.find('\n') == std::string::npos);
  const Json request = Json::parse(line);
  const Json& resource = request.at("resourceSpans").at(0);
  CHECK(resource.at("resource").at("attributes").at(0).at("value").at("stringValue") == service);
  return resource.at("scopeSpans").at(0).at("spans");
}

}  // namespace

TEST_CASE("otlp: a span has its ids, times, attributes and status", "[tracing]") {
  Span second = span_of("fine");
  second.parent_id = std::string(16, 'c');
  second.has_failed = false;
  const Json spans = spans_of({span_of("broke"), second});
  REQUIRE(spans.size() == 2);
  const Json expected = Json::parse(R"({"traceId":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "spanId":"bbbbbbbbbbbbbbbb","name":"broke","kind":1,"startTimeUnixNano":"1000000",
    "endTimeUnixNano":"2000000","attributes":[
      {"key":"duroxide.instance","value":{"stringValue":"broke"}},
      {"key":"duroxide.execution","value":{"stringValue":"1"}}],
    "status":{"code":2,"message":"broke"}})");
  CHECK(spans.at(0) == expected);
  CHECK(spans.at(1).at("parentSpanId") == std::string(16, 'c'));
  CHECK(spans.at(1).at("status") == Json{{"code", 1}});
}

TEST_CASE("otlp: whatever a text holds, the line is JSON", "[tracing]") {
  const std::string text = GENERATE(as<std::string>{}, "", "with \"quotes\" and \\", "a\nb\tc",
                                    std::string("nul\0.", 5), "caf\xc3\xa9", "\x7f");
  const Json spans = spans_of({span_of(text)}, text);
  CHECK(spans.at(0).at("name") == text);
  CHECK(spans.at(0).at("status").at("message") == text);
  CHECK(spans.at(0).at("attributes").at(0).at("value").at("stringValue") == text);
}

TEST_CASE("otlp: what is no UTF-8 is replaced", "[tracing]") {
  const Json spans = spans_of({span_of("a\xff")});
  CHECK(spans.at(0).at("name") == "a\xef\xbf\xbd");
}

}  // namespace duroxide::otlp_test
