// What is remembered of the traces of instances.

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tracing/known_trace.hpp"

namespace duroxide::known_trace_test {

using tracing::sampled_trace;
using tracing::SpanIds;

namespace {

const std::string trace_id = "0af7651916cd43dd8448eb211c80319c";

Headers headers_of(const std::string& of_trace, const std::string& flags) {
  return Headers().set("traceparent", "00-" + of_trace + "-b7ad6b7169203331-" + flags);
}

}  // namespace

TEST_CASE("known trace: it is that of the headers and of the instance, whatever was asked before",
          "[tracing]") {
  struct Asked {
    Headers headers;
    std::string trace;
    std::string instance;
  };
  std::vector<Asked> all;
  const Headers shared = headers_of(trace_id, "01");
  for (int i = 0; i < 200; ++i) {  // more than are remembered
    const std::string trace = std::to_string(1'000 + i) + trace_id.substr(4);
    all.push_back({headers_of(trace, "01"), trace, "one"});
    all.push_back({shared, trace_id, "child-" + std::to_string(i)});
  }
  for (int round = 0; round < 2; ++round) {
    for (const Asked& each : all) {
      for (int again = 0; again < 2; ++again) {
        const Headers copy = each.headers;
        const auto* trace = sampled_trace(copy, each.instance);
        REQUIRE(trace != nullptr);
        CHECK(trace->context.trace_id == each.trace);
        CHECK(trace->instance == each.instance);
        CHECK(trace->ids.at({1, 2, 3, 4}) == SpanIds(each.trace, each.instance).at({1, 2, 3, 4}));
      }
    }
  }
}

TEST_CASE("known trace: there is none of headers that do not say that they are sampled",
          "[tracing][headers]") {
  CHECK(sampled_trace(Headers(), "one") == nullptr);
  CHECK(sampled_trace(Headers().set("tenant", "blue"), "one") == nullptr);
  CHECK(sampled_trace(headers_of(trace_id, "00"), "one") == nullptr);
  CHECK(sampled_trace(headers_of(std::string(32, 'x'), "01"), "one") == nullptr);
  Headers changed = headers_of(trace_id, "01");
  CHECK(sampled_trace(changed, "one") != nullptr);
  changed.set("traceparent", "none");
  CHECK(sampled_trace(changed, "one") == nullptr);
}

TEST_CASE("known trace: each place has an id of its own", "[tracing]") {
  const SpanIds ids(trace_id, "one");
  const tracing::SpanId id = ids.at({1, 2, 3, 4});
  CHECK(ids.at({1, 2, 3, 4}) == id);
  CHECK(ids.at({2, 2, 3, 4}) != id);
  CHECK(ids.at({1, 3, 3, 4}) != id);
  CHECK(ids.at({1, 2, 4, 4}) != id);
  CHECK(ids.at({1, 2, 3, 5}) != id);
  CHECK(SpanIds(trace_id, "two").at({1, 2, 3, 4}) != id);
  CHECK(SpanIds(std::string(32, 'a'), "one").at({1, 2, 3, 4}) != id);
}

}  // namespace duroxide::known_trace_test
