#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <duroxide/tracing.hpp>

#include "tracing/span.hpp"

namespace duroxide::tracing {

/// Spans on their way from the threads of the engine to one that exports them. Whoever adds one never
/// waits for the export. Safe to use from several threads.
class SpanQueue {
 public:
  /// Throws `std::system_error` if no thread can be had.
  SpanQueue(SpanExport spans, TracingOptions options);
  SpanQueue(const SpanQueue&) = delete;
  SpanQueue& operator=(const SpanQueue&) = delete;
  /// Exports what is left.
  ~SpanQueue();

  /// Drops it if the queue is full.
  void add(Span span);
  [[nodiscard]] bool flush(std::chrono::milliseconds timeout);
  [[nodiscard]] std::uint64_t exported() const;
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  void run();
  /// Whether they were taken.
  [[nodiscard]] bool export_batch(const std::vector<Span>& batch);
  void tell_failure(const std::string& why);

  const SpanExport export_;
  const TracingOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Span> waiting_;
  std::uint64_t added_ = 0;
  std::uint64_t exported_ = 0;
  std::uint64_t lost_ = 0;     ///< that were queued, and could not be exported
  std::uint64_t refused_ = 0;  ///< as the queue was full
  bool ends_ = false;
  bool failed_before_ = false;  ///< of the thread: a failure that lasts is told once
  std::thread thread_;          ///< last: it uses the others
};

}  // namespace duroxide::tracing
