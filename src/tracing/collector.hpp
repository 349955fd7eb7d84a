#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "tracing/collector_address.hpp"
#include "tracing/end_signal.hpp"
#include "tracing/http_post.hpp"
#include "tracing/span_sink.hpp"

namespace duroxide::tracing {

/// Posts spans to a collector on this machine. What may only be a passing trouble is tried again, with
/// pauses that double.
class Collector final : public SpanSink {
 public:
  /// Each request is tried for `retry_for`; after the end of the `Tracing` all that is left together for
  /// `stop_timeout`. Throws `std::system_error` if the process has no descriptor left.
  Collector(CollectorAddress address, std::chrono::milliseconds retry_for,
            std::chrono::milliseconds stop_timeout)
      : retry_for_(retry_for), stop_timeout_(stop_timeout), post_(std::move(address), end_) {}

  [[nodiscard]] Done take(const std::string& otlp) override;
  void end() override;
  [[nodiscard]] bool is_over() const override { return end_.is_over(); }

 private:
  /// None if they were taken.
  [[nodiscard]] std::optional<Refusal> try_once(const std::string& otlp,
                                                EndSignal::SteadyTime until);

  const std::chrono::milliseconds retry_for_;
  const std::chrono::milliseconds stop_timeout_;
  EndSignal end_;
  HttpPost post_;
};

}  // namespace duroxide::tracing
