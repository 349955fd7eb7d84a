// Which traces are made: what decides it, and that all that belongs to one does the same.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>
#include <duroxide/testing.hpp>

#include "tracing/ended_timer.hpp"
#include "tracing/span_ids.hpp"
#include "tracing/trace_reader.hpp"

namespace duroxide::sampling_test {

using namespace std::chrono_literals;
using testkit::TestOptions;
using testkit::TestSystem;
using tracing_test::foreign_span;
using tracing_test::foreign_trace;
using tracing_test::Trace;

namespace {

constexpr auto ample = 300s;

Task<std::string> packing(OrchestrationContext ctx) {
  std::string told = co_await ctx.schedule_activity("Tell");
  co_return told;
}

/// What the activity of its child was told.
Task<std::string> sale(OrchestrationContext ctx) {
  co_await ctx.schedule_timer(1h);
  std::string told = co_await ctx.schedule_sub_orchestration("Packing");
  co_return told;
}

void register_all(Runtime& runtime) {
  runtime.register_orchestration("Sale", sale)
      .register_orchestration("Packing", packing)
      .register_activity(
          "Tell", [](ActivityContext& context) { return *context.headers().find("traceparent"); });
}

/// A system that samples this part of its traces.
struct Sampled {
  explicit Sampled(double ratio)
      : tracing(Tracing::to(
                    [this](const std::string& line) -> Result<void, std::string> {
                      exported.push_back(line);
                      return {};
                    },
                    TracingOptions().sample_ratio(ratio))
                    .value()),
        test(register_all, TestOptions().runtime(RuntimeOptions().interceptor(tracing))) {}

  void start(const std::string& id, const StartOptions& options = StartOptions()) {
    REQUIRE(test.client().with_interceptor(tracing).start_orchestration(id, "Sale", "", options));
  }
  /// The header that the activity of its child was told.
  std::string end_of(const std::string& id) {
    REQUIRE(test.wait(id).is_completed());
    return test.status(id).output();
  }
  /// The header that it was started with.
  std::string header_of(const std::string& id) {
    const auto started = test.history(id).one<event::OrchestrationStarted>();
    const std::string* const header = started.headers.find("traceparent");
    return header == nullptr ? "" : *header;
  }
  const Trace& collect() {
    REQUIRE(tracing->flush(ample));
    for (const std::string& line : std::exchange(exported, {})) {
      trace.add(line);
    }
    return trace;
  }

  std::vector<std::string> exported;
  Trace trace;
  std::shared_ptr<Tracing> tracing;
  TestSystem test;
};

std::string trace_of(const std::string& header) {
  return header.substr(3, 32);
}

}  // namespace

TEST_CASE("sampling: the id decides, a smaller sample is part of a larger one", "[tracing]") {
  constexpr int count = 10'000;
  int quarter = 0;
  for (int i = 0; i < count; ++i) {
    const tracing::TraceId id = tracing::new_trace_id();
    const bool in_quarter = tracing::is_in_sample(id, 0.25);
    quarter += in_quarter ? 1 : 0;
    CHECK(tracing::is_in_sample(id, 0.25) == in_quarter);
    CHECK((!tracing::is_in_sample(id, 0.1) || in_quarter));
    CHECK((!in_quarter || tracing::is_in_sample(id, 0.9)));
    CHECK_FALSE(tracing::is_in_sample(id, 0));
    CHECK(tracing::is_in_sample(id, 1));
  }
  // Seven standard deviations from what is to be expected.
  CHECK(quarter > 2'200);
  CHECK(quarter < 2'800);
}

TEST_CASE("sampling: what is not sampled has no spans, and passes its header on",
          "[tracing][headers]") {
  Sampled sampled(0);
  sampled.start("s");
  const std::string told = sampled.end_of("s");
  const std::string header = sampled.header_of("s");
  CHECK_THAT(header, Catch::EndsWith("-00"));
  CHECK(told == header);
  CHECK(sampled.collect().spans().empty());
  CHECK(sampled.tracing->exported() + sampled.tracing->dropped() == 0);
}

TEST_CASE("sampling: what a caller has decided holds", "[tracing][headers]") {
  const std::string header = "00-" + foreign_trace + "-" + foreign_span;
  Sampled none(0);
  none.start("s", StartOptions().header("traceparent", header + "-01"));
  CHECK_THAT(none.end_of("s"), Catch::EndsWith("-01"));
  CHECK(none.collect().spans().size() == 5);
  Sampled all(1);
  all.start("s", StartOptions().header("traceparent", header + "-00"));
  CHECK(all.end_of("s") == header + "-00");
  CHECK(all.collect().spans().empty());
}

TEST_CASE("sampling: a trace is made or not as its start decided, over children and crashes",
          "[tracing][restart]") {
  constexpr int count = 24;
  const std::multiset<std::string> whole{"Sale", "timer", "child Packing", "Packing",
                                         "activity Tell"};
  for (const std::uint64_t turn : {0U, 10U, 40U, 60U}) {
    CAPTURE(turn);
    Sampled sampled(0.5);
    if (turn > 0) {
      sampled.test.crash_after_turn(turn);
    }
    std::vector<std::string> ids;
    for (int i = 0; i < count; ++i) {
      ids.push_back("s" + std::to_string(i));
      const auto again = StartOptions().reuse(ReusePolicy::use_existing);
      Client client = sampled.test.client().with_interceptor(sampled.tracing);
      if (!client.start_orchestration(ids.back(), "Sale", "", again)) {
        sampled.start(ids.back(), again);
      }
    }
    std::set<std::string> wanted;
    for (const std::string& id : ids) {
      const std::string told = sampled.end_of(id);
      const std::string header = sampled.header_of(id);
      CHECK(trace_of(told) == trace_of(header));
      CHECK(told.substr(52) == header.substr(52));
      if (header.ends_with("-01")) {
        wanted.insert(trace_of(header));
      }
    }
    std::map<std::string, std::multiset<std::string>> found;
    std::set<std::string> span_ids;
    for (const Trace::Span& each : sampled.collect().spans()) {
      if (span_ids.insert(each.id).second) {  // what a crash repeats is the same span
        found[each.trace].insert(each.name);
      }
    }
    std::size_t not_whole = 0;
    for (const auto& [trace, names] : found) {
      CHECK(wanted.contains(trace));
      not_whole += names == whole ? 0 : 1;
    }
    CHECK(found.size() == wanted.size());
    // A crash costs the spans of the turns that it cuts off, of several instances at once.
    CHECK((not_whole == 0 || turn > 0));
  }
}

TEST_CASE("sampling: a part is from 0 to 1", "[tracing][errors]") {
  const auto take = [](const std::string&) { return Result<void, std::string>(); };
  for (const double ratio : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    const auto made = Tracing::to(take, TracingOptions().sample_ratio(ratio));
    REQUIRE_FALSE(made);
    CHECK_THAT(made.error(), Catch::Contains("sample_ratio"));
  }
  CHECK(Tracing::to(take, TracingOptions().sample_ratio(0)));
}

}  // namespace duroxide::sampling_test
