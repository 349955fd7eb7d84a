#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include <duroxide/tracing.hpp>

#include "model/process_mark.hpp"
#include "model/wakeup.hpp"
#include "tracing/otlp.hpp"
#include "tracing/span.hpp"
#include "tracing/span_ring.hpp"
#include "tracing/span_sink.hpp"

namespace duroxide::tracing {

/// Spans on their way from the threads of the engine to one of low priority that exports them. Whoever
/// adds one does not wait for that thread, and allocates only for long texts (`SpanRing`). Safe to use from
/// several threads.
class SpanQueue {
 public:
  /// With its thread, which keeps it until `end`. Throws `std::system_error` if no thread or no descriptor
  /// can be had, `std::bad_alloc` if there is no memory for so many spans.
  [[nodiscard]] static std::shared_ptr<SpanQueue> make(std::unique_ptr<SpanSink> sink,
                                                       const TracingOptions& options);
  SpanQueue(std::unique_ptr<SpanSink> sink, const TracingOptions& options);
  SpanQueue(const SpanQueue&) = delete;
  SpanQueue& operator=(const SpanQueue&) = delete;

  /// Exports what is left, and waits for that, but not on its own thread nor on one of the engine's, which
  /// others wait for: there the thread is left to itself. Does nothing in a process that was forked, which
  /// does not have the thread. Once, and nothing is added afterwards.
  void end();

  /// Drops it if the queue is full, or there is no memory for its texts.
  void add(const Span& span);
  /// False at once in a process that was forked of the one that made it.
  [[nodiscard]] bool flush(std::chrono::milliseconds timeout);
  [[nodiscard]] std::uint64_t exported() const { return exported_; }
  [[nodiscard]] std::uint64_t dropped() const { return lost_ + refused_; }

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  // On its thread.
  void run();
  /// Until there are enough for a batch, or some have waited for long enough. False if the queue ends, and
  /// is empty.
  [[nodiscard]] bool wait_for_batch();
  [[nodiscard]] bool wait_for_first();
  void sleep(int milliseconds) const;
  void export_batch();
  [[nodiscard]] SpanSink::Done take_and_export();
  /// All that wait, without making anything of them, so that it costs no time that the end does not have.
  void lose_all();
  void tell_outcome(const SpanSink::Done& done, std::uint64_t spans);
  void tell_of_refused();
  /// What the function answers. That there is no memory for it, or a sink that throws, does not end the
  /// thread.
  template <class Words>
  void tell(LogLevel level, const Words& words) const noexcept;

  const std::unique_ptr<SpanSink> sink_;
  const LogSink log_;
  const model::ProcessMark process_;
  SpanRing ring_;
  const std::size_t most_in_batch_;
  OtlpWriter writer_;
  const model::Wakeup wakeup_;
  std::atomic<bool> idle_{false};  ///< it sleeps until there is a first span
  std::atomic<bool> ends_{false};
  std::atomic<std::uint64_t> exported_{0};
  std::atomic<std::uint64_t> lost_{0};     ///< that were queued, and could not be exported
  std::atomic<std::uint64_t> refused_{0};  ///< as the queue or the memory was full
  std::atomic<std::size_t> flushing_{0};   ///< threads that wait for the export of what is there
  std::mutex mutex_;                       ///< of those threads and its own; no other takes it
  std::condition_variable exported_some_;

  // Of its thread.
  std::uint64_t lost_in_a_row_ = 0;  ///< since the last that were exported: told once
  std::uint64_t refused_told_ = 0;
  SteadyTime tell_refused_again_{};

  std::thread thread_;
};

}  // namespace duroxide::tracing
