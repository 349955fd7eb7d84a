#pragma once

#include <string>

#include <duroxide/result.hpp>

namespace duroxide::tracing {

/// Where spans go. One call of `take` at a time, on the thread that exports.
class SpanSink {
 public:
  using Done = Result<void, std::string>;

  SpanSink() = default;
  SpanSink(const SpanSink&) = delete;
  SpanSink& operator=(const SpanSink&) = delete;
  virtual ~SpanSink() = default;

  /// A request of OTLP, on one line without an end. An error or an exception says why it is lost.
  [[nodiscard]] virtual Done take(const std::string& otlp) = 0;
  /// No more will come than what waits now. On the thread that ends the `Tracing`, while a `take` may be
  /// under way.
  virtual void end() {}
  /// Whether the time that it had after `end` is up. What is left then is lost without being offered. On
  /// the thread that exports.
  [[nodiscard]] virtual bool is_over() const { return false; }
};

}  // namespace duroxide::tracing
