// The thread that exports: what becomes of spans at its end, and of those that it cannot export.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/tracing.hpp>

#include "tracing/span_queue.hpp"

namespace duroxide::span_queue_test {

using tracing::Span;
using tracing::SpanQueue;
using tracing::SpanSink;

namespace {

/// Has no time left once it is told of the end.
class Hurried final : public SpanSink {
 public:
  explicit Hurried(std::shared_ptr<std::mutex> door) : door_(std::move(door)) {}

  Done take(const std::string& /*otlp*/) override {
    const std::lock_guard lock(*door_);
    ++*takes_;
    return {};
  }
  void end() override {
    is_over_ = true;
    door_->unlock();
  }
  [[nodiscard]] bool is_over() const override { return is_over_; }

  [[nodiscard]] std::shared_ptr<const std::size_t> takes() const { return takes_; }

 private:
  std::shared_ptr<std::mutex> door_;
  std::shared_ptr<std::size_t> takes_ = std::make_shared<std::size_t>(0);
  std::atomic<bool> is_over_{false};
};

}  // namespace

TEST_CASE("span queue: what the end has no time for is lost without being offered",
          "[tracing][stop][limits]") {
  std::vector<std::string> told;
  auto door = std::make_shared<std::mutex>();
  door->lock();
  auto sink = std::make_unique<Hurried>(door);
  const auto takes = sink->takes();
  const auto queue = SpanQueue::make(
      std::move(sink), TracingOptions().max_queued(2'000).log_sink(
                           [&told](const LogRecord& line) { told.push_back(line.message); }));
  constexpr std::uint64_t count = 2'000;
  for (std::uint64_t i = 0; i < count; ++i) {
    queue->add(Span());
  }
  queue->end();
  // One batch may have been with the sink already.
  CHECK(*takes <= 1);
  CHECK(queue->exported() <= 512);
  CHECK(queue->exported() + queue->dropped() == count);
  REQUIRE(told.size() == 1);
  CHECK_THAT(told.front(), Catch::EndsWith("at the end (TracingOptions::stop_timeout)"));
}

}  // namespace duroxide::span_queue_test
