// Traces: which spans there are, whose children they are, and how they get out.

#include <catch2/catch.hpp>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <duroxide/duroxide.hpp>
#include <duroxide/testing.hpp>

#include "model/engine_threads.hpp"
#include "support/temp_dir.hpp"
#include "tracing/ended_timer.hpp"
#include "tracing/trace_reader.hpp"

namespace duroxide::tracing_test {

using namespace std::chrono_literals;
using testkit::TestOptions;
using testkit::TestSystem;

namespace {

constexpr auto ample = 300s;

Task<std::string> ship(OrchestrationContext ctx) {
  std::string label = co_await ctx.schedule_activity("Label");
  co_return label;
}

Task<std::string> order(OrchestrationContext ctx, int round) {
  ctx.log_info("an order");
  if (round == 0) {
    co_await ctx.continue_as_new(1);
  }
  const auto paid = co_await ctx.schedule_activity("Pay").as_result();
  co_await ctx.schedule_timer(1h);
  std::string dock = co_await ctx.wait_for_external_event("Dock");
  std::string label = co_await ctx.schedule_sub_orchestration("Ship");
  ctx.schedule_orchestration("Ship", "again");
  co_return (paid ? *paid : paid.error().message) + dock + label;
}

void register_all(Runtime& runtime) {
  runtime.register_orchestration("Order", order)
      .register_orchestration("Ship", ship)
      .register_activity("Pay", []() -> std::string { throw std::runtime_error("broke"); })
      .register_activity(
          "Label", [](ActivityContext& context) { return *context.headers().find("traceparent"); });
}

/// A system whose runtime is traced, and what has been exported.
struct Traced {
  Traced()
      : tracing(Tracing::to([this](const std::string& line) -> Result<void, std::string> {
                  exported.push_back(line);
                  return {};
                }).value()),
        test(register_all, TestOptions().runtime(RuntimeOptions().interceptor(tracing).log_sink(
                               [this](const LogRecord& line) { lines.push_back(line); }))) {}

  void start(const StartOptions& options = StartOptions()) {
    Client client = test.client().with_interceptor(tracing);
    REQUIRE(client.start_orchestration("o", "Order", 0, options));
  }
  /// From its start to its end.
  void run(const StartOptions& options = StartOptions()) {
    start(options);
    test.raise_event("o", "Dock", "4");
    REQUIRE(test.wait("o").is_completed());
    REQUIRE(test.wait("again").is_completed());
    collect();
  }
  /// What came of it so far; not on the thread that exports, where nothing may be checked.
  void collect() {
    REQUIRE(tracing->flush(ample));
    for (const std::string& line : std::exchange(exported, {})) {
      trace.add(line);
    }
  }

  std::vector<std::string> exported;
  Trace trace;
  std::vector<LogRecord> lines;
  std::shared_ptr<Tracing> tracing;
  TestSystem test;
};

}  // namespace

TEST_CASE("tracing: all that belongs to an instance is one tree", "[tracing]") {
  Traced traced;
  traced.run();
  const Trace& trace = traced.trace;
  CHECK(trace.check_whole() == "Order");
  CHECK(trace.names() == std::multiset<std::string>{"Order", "Order", "activity Pay", "timer",
                                                    "event Dock", "child Ship", "Ship", "Ship",
                                                    "activity Label", "activity Label"});
  const Trace::Span& pay = *trace.find("activity Pay");
  CHECK(pay.status == 2);
  CHECK(pay.attributes.at("duroxide.instance") == "o");
  CHECK(pay.attributes.at("duroxide.execution") == "2");
  const Trace::Span& call = *trace.find("child Ship");
  CHECK(call.parent == pay.parent);
  bool is_child_of_call = false;
  for (const Trace::Span& each : trace.spans()) {
    is_child_of_call = is_child_of_call || (each.name == "Ship" && each.parent == call.id);
  }
  CHECK(is_child_of_call);
  CHECK(traced.tracing->exported() == trace.spans().size());
  CHECK(traced.tracing->dropped() == 0);
  // The activity was told of its own span.
  const auto told = traced.test.status("again").output();
  bool knows_own_span = false;
  for (const Trace::Span& each : trace.spans()) {
    knows_own_span = knows_own_span || (each.name == "activity Label" &&
                                        told == "00-" + each.trace + "-" + each.id + "-01");
  }
  CHECK(knows_own_span);
}

TEST_CASE("tracing: lines of log carry the trace", "[tracing]") {
  Traced traced;
  traced.run();
  const std::string trace_id = traced.trace.spans().front().trace;
  bool found = false;
  for (const LogRecord& line : traced.lines) {
    if (line.message == "an order") {
      found = true;
      CHECK(line.trace_id == trace_id);
      CHECK_THAT(to_line(line), Catch::EndsWith(" trace=" + trace_id));
    }
  }
  CHECK(found);
}

TEST_CASE("tracing: a start within a trace goes on in it", "[tracing]") {
  Traced traced;
  traced.run(
      StartOptions().header("traceparent", "00-" + foreign_trace + "-" + foreign_span + "-01"));
  std::size_t of_caller = 0;
  for (const Trace::Span& each : traced.trace.spans()) {
    CHECK(each.trace == foreign_trace);
    CHECK_FALSE(each.parent.empty());
    of_caller += each.parent == foreign_span ? 1 : 0;
  }
  CHECK(of_caller == 3);  // both executions, and the detached instance
}

TEST_CASE("tracing: a fork is below the instance that it is a fork of", "[tracing][restore]") {
  Traced traced;
  traced.run();
  auto management = traced.test.client().management().value();
  REQUIRE(management.fork_instance("o", "fork", ForkOptions()));
  REQUIRE(traced.test.wait("fork").is_completed());
  traced.collect();
  CHECK(traced.trace.check_whole() == "Order");
  std::size_t of_fork = 0;
  for (const Trace::Span& each : traced.trace.spans()) {
    if (each.name == "Order" && each.attributes.at("duroxide.instance") == "fork") {
      ++of_fork;
      CHECK(each.attributes.at("duroxide.execution") == "2");
    }
  }
  CHECK(of_fork == 1);
}

TEST_CASE("tracing: an activity that a rewind calls again is another span",
          "[tracing][restore][activities]") {
  Traced traced;
  traced.test.register_orchestration("Strict", [](OrchestrationContext ctx) -> Task<std::string> {
    std::string paid = co_await ctx.schedule_activity("Pay");
    co_return paid;
  });
  Client client = traced.test.client().with_interceptor(traced.tracing);
  REQUIRE(client.start_orchestration("s", "Strict"));
  REQUIRE(traced.test.wait("s").is_failed());
  REQUIRE(traced.test.client().management().value().rewind_instance("s"));
  REQUIRE(traced.test.wait("s").is_failed());
  traced.collect();
  std::set<std::string> calls;
  for (const Trace::Span& each : traced.trace.spans()) {
    if (each.name == "activity Pay") {
      CHECK(calls.insert(each.id).second);
    }
  }
  CHECK(calls.size() == 2);
}

TEST_CASE("tracing: a start whose headers are full is not traced, and not refused",
          "[tracing][headers][limits]") {
  Traced traced;
  Headers full;
  for (int i = 0; !Headers(full).set("one-more", "").problem(); ++i) {
    full.set("h" + std::to_string(i), "");
  }
  REQUIRE_FALSE(full.problem());
  traced.start(StartOptions().headers(full));
  CHECK(traced.test.history("o").one<event::OrchestrationStarted>().headers == full);
}

TEST_CASE("tracing: a header that names no trace gives way, with the state of that trace",
          "[tracing][headers]") {
  Traced traced;
  traced.start(StartOptions().header("traceparent", "00-none").header("tracestate", "a=b"));
  const Headers headers = traced.test.history("o").one<event::OrchestrationStarted>().headers;
  REQUIRE(headers.find("traceparent") != nullptr);
  CHECK_THAT(*headers.find("traceparent"), Catch::EndsWith("-01"));
  CHECK(headers.size() == 1);
}

TEST_CASE("tracing: what the caller does not sample has no spans", "[tracing]") {
  Traced traced;
  traced.run(
      StartOptions().header("traceparent", "00-" + foreign_trace + "-" + foreign_span + "-00"));
  CHECK(traced.trace.spans().empty());
}

TEST_CASE("tracing: a crash costs no more spans than those of the turn that it cuts off",
          "[tracing][restart]") {
  std::uint64_t turns = 0;
  std::multiset<std::string> all;
  {
    Traced undisturbed;
    undisturbed.run();
    turns = undisturbed.test.turns();
    all = undisturbed.trace.names();
  }
  const std::set<std::set<std::string>> spans_of_a_turn = {
      {}, {"Order"}, {"timer", "event Dock"}, {"child Ship", "Order"}, {"Ship"}};
  for (std::uint64_t turn = 1; turn < turns; ++turn) {
    CAPTURE(turn);
    Traced traced;
    traced.test.crash_after_turn(turn);
    // The answer may be lost with the process; then it is asked again.
    const auto options = StartOptions().reuse(ReusePolicy::use_existing);
    if (!traced.test.client()
             .with_interceptor(traced.tracing)
             .start_orchestration("o", "Order", 0, options)) {
      REQUIRE(traced.test.client()
                  .with_interceptor(traced.tracing)
                  .start_orchestration("o", "Order", 0, options));
    }
    traced.test.raise_event("o", "Dock", "4");
    REQUIRE(traced.test.wait("o").is_completed());
    REQUIRE(traced.test.wait("again").is_completed());
    traced.collect();
    const auto& spans = traced.trace.spans();
    std::map<std::string, std::string> names;
    std::set<std::string> traces;
    std::set<std::string> roots;
    for (const Trace::Span& each : spans) {
      // A delivery that the crash repeats is one span, however often it is exported.
      const std::string what = each.name + " below " + each.parent;
      CHECK(names.emplace(each.id, what).first->second == what);
      traces.insert(each.trace);
      if (each.parent.empty()) {
        CHECK(each.name == "Order");
        roots.insert(each.id);
      }
    }
    CHECK(traces.size() == 1);
    CHECK(roots.size() <= 1);
    CHECK(traced.trace.find("activity Pay") != nullptr);
    std::set<std::string> lost;
    for (const std::string& name : all) {
      if (traced.trace.names().count(name) < all.count(name)) {
        lost.insert(name);
      }
    }
    CHECK(spans_of_a_turn.contains(lost));
    for (const Trace::Span& each : spans) {
      CHECK((each.parent.empty() || names.contains(each.parent) || !lost.empty()));
    }
  }
}

TEST_CASE("tracing: a full queue drops spans, counts them, and holds nobody up",
          "[tracing][limits]") {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_open = false;
  bool is_inside = false;
  std::size_t exports = 0;
  const auto wait_at_door = [&](const std::string&) -> Result<void, std::string> {
    std::unique_lock lock(mutex);
    ++exports;
    is_inside = true;
    changed.notify_all();
    changed.wait(lock, [&] { return is_open; });
    return {};
  };
  const auto tracing = Tracing::to(wait_at_door, TracingOptions().max_queued(2)).value();
  end_timer(*tracing, 1);
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return is_inside; });
  }
  for (std::uint64_t event_id = 2; event_id < 7; ++event_id) {
    end_timer(*tracing, event_id);
  }
  CHECK(tracing->dropped() == 3);
  CHECK_FALSE(tracing->flush(0ms));
  {
    const std::lock_guard lock(mutex);
    is_open = true;
  }
  changed.notify_all();
  CHECK(tracing->flush(ample));
  CHECK(tracing->exported() == 3);
  CHECK(exports == 2);
}

TEST_CASE("tracing: a batch holds so many spans at most, and errors in short",
          "[tracing][limits]") {
  std::mutex door;
  std::vector<std::string> exported;
  const auto take = [&](const std::string& line) -> Result<void, std::string> {
    const std::lock_guard lock(door);
    exported.push_back(line);
    return {};
  };
  const auto tracing = Tracing::to(take).value();
  constexpr std::uint64_t count = 1'200;
  {
    const std::lock_guard closed(door);
    for (std::uint64_t event_id = 1; event_id <= count; ++event_id) {
      std::string error = "x";
      for (int i = 0; i < 1'000; ++i) {
        error += "ä";
      }
      end_timer(*tracing, event_id, error);
    }
  }
  REQUIRE(tracing->flush(ample));
  std::size_t sum = 0;
  for (const std::string& line : exported) {
    Trace batch;
    batch.add(line);
    CHECK(batch.spans().size() <= 512);
    sum += batch.spans().size();
    CHECK(batch.spans().front().error.size() == 1'023);  // which is where a character ends
  }
  CHECK(sum == count);
}

TEST_CASE("tracing: what cannot be exported is counted, and told once", "[tracing][errors]") {
  std::vector<std::string> told;
  int calls = 0;
  const auto fails = [&calls](const std::string&) -> Result<void, std::string> {
    if (++calls == 2) {
      throw std::runtime_error("thrown");
    }
    return failure(std::string("nobody listens"));
  };
  const auto tracing =
      Tracing::to(fails, TracingOptions().log_sink([&told](const LogRecord& record) {
        told.push_back(record.message);
      })).value();
  for (std::uint64_t event_id = 1; event_id <= 2; ++event_id) {
    end_timer(*tracing, event_id);
    CHECK(tracing->flush(ample));
  }
  CHECK(tracing->dropped() == 2);
  CHECK(told == std::vector<std::string>{"spans cannot be exported and are lost: nobody listens"});
  CHECK_FALSE(Tracing::to(nullptr));
  CHECK_FALSE(Tracing::to(fails, TracingOptions().max_queued(0)));
}

TEST_CASE("tracing: it may end in the function that exports", "[tracing][stop][threads]") {
  std::promise<std::shared_ptr<Tracing>> handed_over;
  std::promise<void> has_ended;
  auto tracing = Tracing::to([&](const std::string&) -> Result<void, std::string> {
                   handed_over.get_future().get().reset();
                   has_ended.set_value();
                   return {};
                 }).value();
  end_timer(*tracing, 1);
  handed_over.set_value(std::move(tracing));
  has_ended.get_future().get();
}

TEST_CASE("tracing: an export that blocks does not hold up the engine's thread that ends it",
          "[tracing][stop][threads]") {
  std::promise<void> is_inside;
  std::promise<void> door;
  std::promise<void> is_out;
  auto tracing = Tracing::to([&](const std::string&) -> Result<void, std::string> {
                   is_inside.set_value();
                   door.get_future().wait();
                   is_out.set_value();
                   return {};
                 }).value();
  end_timer(*tracing, 1);
  is_inside.get_future().get();
  SECTION("in a callback") {
    const Store store = MemoryProvider::create(MemoryOptions().log_sink({}));
    Client client{store};
    std::promise<bool> ended_on_one;
    client.get_orchestration_status("nobody", [&](const Client::Status&) {
      tracing.reset();
      ended_on_one.set_value(model::is_engine_thread());
    });
    CHECK(ended_on_one.get_future().get());
  }
  SECTION("with an actor that outlives its runtime") {
    std::thread([&] {
      model::mark_engine_thread(true);
      tracing.reset();
    }).join();
  }
  CHECK_FALSE(model::is_engine_thread());
  door.set_value();
  is_out.get_future().get();
}

TEST_CASE("tracing: a file that is full makes way for the next", "[tracing][limits]") {
  const testing::TempDir directory;
  const auto path = directory.path() / "trace.json";
  CHECK_FALSE(Tracing::to_file(directory.path()));
  CHECK_FALSE(Tracing::to_file(path, TracingOptions().max_files(0)));
  std::ofstream(path) << "half a line of a process that was killed";
  {
    const auto tracing =
        Tracing::to_file(path, TracingOptions().max_file_bytes(1'000).max_files(3)).value();
    for (std::uint64_t event_id = 1; event_id <= 8; ++event_id) {
      end_timer(*tracing, event_id);
      REQUIRE(tracing->flush(ample));
    }
    CHECK(tracing->dropped() == 0);
  }
  std::size_t files = 0;
  Trace trace;
  for (const char* end : {"", ".1", ".2", ".3"}) {
    std::ifstream file(path.string() + end);
    std::string line;
    files += file.is_open() ? 1 : 0;
    while (std::getline(file, line)) {
      trace.add(line);  // the line that was begun has gone with its file
    }
  }
  CHECK(files == 3);
  CHECK(trace.spans().size() < 8);
  CHECK(trace.spans().size() >= 3);
}

TEST_CASE("tracing: a file that cannot make way is not written beyond its size",
          "[tracing][limits][errors]") {
  const testing::TempDir directory;
  const auto path = directory.path() / "trace.json";
  const auto in_the_way = directory.path() / "trace.json.1" / "file";
  std::filesystem::create_directory(in_the_way.parent_path());
  std::ofstream(in_the_way) << "so that the directory cannot be replaced";
  const auto options = TracingOptions().max_file_bytes(1'000).max_files(2).log_sink({});
  const auto tracing = Tracing::to_file(path, options).value();
  for (std::uint64_t event_id = 1; event_id <= 8; ++event_id) {
    end_timer(*tracing, event_id);
    REQUIRE(tracing->flush(ample));
    CHECK(std::filesystem::file_size(path) <= 1'000);
  }
  const std::uint64_t dropped = tracing->dropped();
  CHECK(dropped >= 6);
  std::filesystem::remove_all(in_the_way.parent_path());
  end_timer(*tracing, 9);
  REQUIRE(tracing->flush(ample));
  CHECK(tracing->dropped() == dropped);
  CHECK(std::filesystem::is_regular_file(directory.path() / "trace.json.1"));
}

}  // namespace duroxide::tracing_test
