// Metrics that are handed to a function of the user's, on a thread of its own.

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/client.hpp>
#include <duroxide/memory_provider.hpp>
#include <duroxide/metrics_reporter.hpp>
#include <duroxide/testing.hpp>

namespace duroxide::metrics_reporter_test {

using namespace std::chrono_literals;
using Families = std::vector<MetricFamily>;

namespace {

struct Fixture {
  Store store = MemoryProvider::create(MemoryOptions().log_sink({}));
  Client client{store};
  ManagementClient management{store};

  /// Blocks until the reporter has called so often from now on.
  void await_reports(std::uint64_t more) const {
    const std::uint64_t target = reports + more;
    for (std::uint64_t seen = reports; seen < target; seen = reports) {
      reports.wait(seen);
    }
  }
  void count_report() {
    ++reports;
    reports.notify_all();
  }
  LogSink sink() {
    return [this](const LogRecord& record) {
      const std::lock_guard lock(mutex);
      lines.push_back(record.message);
    };
  }
  std::vector<std::string> told() {
    const std::lock_guard lock(mutex);
    return lines;
  }

  std::atomic<std::uint64_t> reports{0};
  std::mutex mutex;
  std::vector<std::string> lines;
};

}  // namespace

TEST_CASE("metrics reporter: all families come at once, and again until it ends", "[metrics]") {
  Fixture f;
  std::atomic<std::size_t> fewest{1'000'000};
  auto reporter = MetricsReporter::start(f.management, 1ms, [&](const Families& families) {
                    fewest = std::min(fewest.load(), families.size());
                    f.count_report();
                  }).value();
  f.await_reports(3);
  reporter.reset();
  const std::uint64_t reports = f.reports;
  CHECK(fewest == f.management.metrics().value().size());
  CHECK(f.reports == reports);
}

TEST_CASE("metrics reporter: what the function throws is told once, and it goes on",
          "[metrics][errors]") {
  Fixture f;
  std::uint64_t calls = 0;
  const auto take = [&](const Families&) {
    f.count_report();
    const std::uint64_t call = ++calls;
    if (call <= 2 || call == 4) {
      throw std::runtime_error("full " + std::to_string(call));
    }
  };
  auto reporter = MetricsReporter::start(f.management, 1ms, take, f.sink()).value();
  f.await_reports(5);
  reporter.reset();
  CHECK(f.told() == std::vector<std::string>{"what takes metrics has thrown: full 1",
                                             "what takes metrics has thrown: full 4"});
}

TEST_CASE("metrics reporter: metrics that cannot be had are told of", "[metrics][errors]") {
  Fixture f;
  f.store.close();
  std::promise<std::string> told;
  const auto sink = [&](const LogRecord& record) { told.set_value(record.message); };
  auto reporter = MetricsReporter::start(
                      f.management, 1ms, [&](const Families&) { f.count_report(); }, sink)
                      .value();
  CHECK_THAT(told.get_future().get(), Catch::StartsWith("metrics cannot be had, and are not"));
  reporter.reset();
  CHECK(f.reports == 0);
}

TEST_CASE("metrics reporter: that there are none is told, whatever has failed before",
          "[metrics][errors]") {
  Fixture f;
  std::promise<void> both_told;
  const auto sink = [&, own = f.sink()](const LogRecord& record) {
    own(record);
    if (f.told().size() == 2) {
      both_told.set_value();
    }
  };
  const auto take = [&](const Families&) {
    f.store.close();
    throw std::runtime_error("full");
  };
  auto reporter = MetricsReporter::start(f.management, 1ms, take, sink).value();
  both_told.get_future().get();
  reporter.reset();
  const auto told = f.told();
  REQUIRE(told.size() == 2);
  CHECK(told.front() == "what takes metrics has thrown: full");
  CHECK_THAT(told.back(), Catch::StartsWith("metrics cannot be had, and are not"));
}

TEST_CASE("metrics reporter: it may end in its function", "[metrics][stop]") {
  Fixture f;
  std::promise<std::unique_ptr<MetricsReporter>> handed_over;
  std::promise<void> ended;
  auto reporter = MetricsReporter::start(f.management, 1ms, [&](const Families&) {
                    handed_over.get_future().get().reset();
                    ended.set_value();  // a second call would throw
                  }).value();
  handed_over.set_value(std::move(reporter));
  ended.get_future().get();
}

TEST_CASE(
    "metrics reporter: a function that blocks does not hold up the engine's thread that ends it",
    "[metrics][stop][threads]") {
  Fixture f;
  std::promise<void> is_inside;
  std::promise<void> door;
  std::promise<void> is_out;
  auto reporter = MetricsReporter::start(f.management, 1h, [&](const Families&) {
                    is_inside.set_value();
                    door.get_future().wait();
                    is_out.set_value();
                  }).value();
  is_inside.get_future().get();
  std::promise<void> ended_there;
  f.client.get_orchestration_status("nobody", [&](const Client::Status&) {
    reporter.reset();
    ended_there.set_value();
  });
  ended_there.get_future().get();
  door.set_value();
  is_out.get_future().get();
}

TEST_CASE("metrics reporter: a test system has no thread to ask from",
          "[metrics][errors][threads]") {
  testkit::TestSystem test([](Runtime&) {});
  const auto started =
      MetricsReporter::start(test.client().management().value(), 1s, [](const Families&) {});
  REQUIRE_FALSE(started);
  CHECK_THAT(started.error(), Catch::StartsWith("the store is of a test system"));
}

TEST_CASE("metrics reporter: a function and a time are needed", "[metrics][errors]") {
  Fixture f;
  const auto take = [](const Families&) {};
  CHECK_FALSE(MetricsReporter::start(f.management, 1s, nullptr));
  CHECK_FALSE(MetricsReporter::start(f.management, 0s, take));
  CHECK_FALSE(MetricsReporter::start(f.management, -1s, take));
  CHECK_FALSE(MetricsReporter::start(f.management, max_delay + 1ms, take));
}

}  // namespace duroxide::metrics_reporter_test
