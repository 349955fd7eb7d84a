#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <duroxide/tracing.hpp>

#include "model/process_mark.hpp"
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
  /// False at once in a process that was forked of the one that made it.
  [[nodiscard]] bool flush(std::chrono::milliseconds timeout);
  [[nodiscard]] std::uint64_t exported() const;
  [[nodiscard]] std::uint64_t dropped() const;

  /// Whether its thread is in another process, of which this one was forked. Then it cannot be destroyed.
  [[nodiscard]] bool is_foreign() const { return process_.is_foreign(); }

 private:
  void run();
  /// What has waited longest, as much as goes into a batch.
  [[nodiscard]] std::vector<Span> take_batch();
  /// Whether they were taken.
  [[nodiscard]] bool export_batch(const std::vector<Span>& batch);
  void tell_failure(const std::string& why);

  const SpanExport export_;
  const TracingOptions options_;
  const std::size_t most_in_batch_;
  const model::ProcessMark process_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Span> waiting_;
  std::uint64_t added_ = 0;
  std::uint64_t exported_ = 0;
  std::uint64_t lost_ = 0;     ///< that were queued, and could not be exported
  std::uint64_t refused_ = 0;  ///< as the queue was full
  std::size_t flushing_ = 0;   ///< threads that wait for the export of what is there
  bool ends_ = false;
  bool failed_before_ = false;  ///< of the thread: a failure that lasts is told once
  std::thread thread_;          ///< last: it uses the others
};

}  // namespace duroxide::tracing
