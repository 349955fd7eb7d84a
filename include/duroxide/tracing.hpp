#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <duroxide/clock.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/interceptor.hpp>
#include <duroxide/log.hpp>
#include <duroxide/result.hpp>

namespace duroxide::DUROXIDE_ABI {

/// Options of a `Tracing`. Setters chain.
class TracingOptions {
 public:
  TracingOptions() {}  // NOLINT: not an aggregate, see the guide on compiler hazards

  /// What OpenTelemetry calls `service.name`. Default: `duroxide`.
  TracingOptions& service_name(std::string value) {
    service_name_ = std::move(value);
    return *this;
  }
  /// Of the traces that begin with a start, the part whose spans are made, from 0, none, to 1, all.
  /// Default 1. Which they are follows from the id of the trace, and its header tells all that belongs
  /// to it, over children, restarts and processes. Nothing is made of the others, and their header is
  /// passed on with the flag that says so. A start within the trace of a caller does as the flag of that
  /// says.
  TracingOptions& sample_ratio(double value) {
    sample_ratio_ = value;
    return *this;
  }
  /// Spans that may wait to be exported. Beyond so many they are dropped, which is counted and logged.
  /// Default 8,192; the memory for them, 256 bytes each, is taken at once. They wait for longer where the
  /// machine is busy; if that lasts, sample less.
  TracingOptions& max_queued(std::size_t spans) {
    max_queued_ = spans;
    return *this;
  }
  /// Of a file: its size in bytes at which the next one is begun. Default 64 MiB.
  TracingOptions& max_file_bytes(std::uint64_t bytes) {
    max_file_bytes_ = bytes;
    return *this;
  }
  /// Of a file: how many are kept, the one that is written included. Default 4.
  TracingOptions& max_files(std::uint32_t files) {
    max_files_ = files;
    return *this;
  }
  /// Of a collector: how long a batch that it does not take is tried again, with pauses from 100 ms to 5 s.
  /// Then it is lost. Default 30 s; 0: each batch is tried once.
  TracingOptions& retry_for(Duration value) {
    retry_for_ = value;
    return *this;
  }
  /// Of a collector: how long the end of a `Tracing` may take to post what waits. What is left then is
  /// lost. A batch that is not taken then is not tried again, but for one that was waiting to be: once.
  /// Default 5 s.
  TracingOptions& stop_timeout(Duration value) {
    stop_timeout_ = value;
    return *this;
  }
  /// Where failures to export are told. Default: warnings and errors on standard error.
  TracingOptions& log_sink(LogSink value) {
    log_sink_ = std::move(value);
    return *this;
  }

  [[nodiscard]] const std::string& service_name() const { return service_name_; }
  [[nodiscard]] double sample_ratio() const { return sample_ratio_; }
  [[nodiscard]] std::size_t max_queued() const { return max_queued_; }
  [[nodiscard]] std::uint64_t max_file_bytes() const { return max_file_bytes_; }
  [[nodiscard]] std::uint32_t max_files() const { return max_files_; }
  [[nodiscard]] Milliseconds retry_for() const { return retry_for_; }
  [[nodiscard]] Milliseconds stop_timeout() const { return stop_timeout_; }
  [[nodiscard]] const LogSink& log_sink() const { return log_sink_; }

 private:
  std::string service_name_ = "duroxide";
  double sample_ratio_ = 1;
  std::size_t max_queued_ = 8'192;
  std::uint64_t max_file_bytes_ = std::uint64_t{64} << 20U;
  std::uint32_t max_files_ = 4;
  Milliseconds retry_for_{30'000};
  Milliseconds stop_timeout_{5'000};
  LogSink log_sink_ = stderr_log_sink(LogLevel::warn);
};

/// Takes some spans, as one request of OTLP in JSON (`ExportTraceServiceRequest`, on one line without an
/// end): to keep it, or to post it somewhere. On the thread of its `Tracing`, one call at a time; on Linux
/// its nice value is higher by 5, and threads that are started there inherit that. What it does not take, by
/// an error or an exception, is lost and counted.
using SpanExport = std::function<Result<void, std::string>(const std::string& otlp_json)>;

/// Traces instances: an interceptor to be given to the clients that start them and to the runtime that
/// runs them. A start without a `traceparent` header begins a trace, unless its headers leave no room for
/// one; one with it goes on in that of the caller. All that belongs to an instance, its activities,
/// children and forks is then one trace: a span for each execution, delivery of an activity, timer, wait
/// and child.
///
/// The id of a span follows from the trace, the instance, the execution, the event and the delivery, so
/// what a crash repeats has the same id, and what is replayed has none. Spans of executions, timers, waits
/// and children are exported once their end is on the disk. Spans that wait when the process is killed
/// are lost, as are those that a full queue drops: the engine never waits for them.
///
/// In an activity the header `traceparent` names its own span, to be sent along with what it asks of
/// others. It is made when the activity first looks at its headers; other interceptors see the header of
/// the instance in `before_activity`. Safe to use from any number of threads and by several clients and
/// runtimes at once.
class DUROXIDE_API Tracing final : public Interceptor {
 public:
  using Made = Result<std::shared_ptr<Tracing>, std::string>;

  /// Writes each batch of spans as a line of a file, which is made with mode 0600 or gone on with. When it
  /// is full it becomes `path.1`, that `path.2`, and so on. Errors: what is wrong with the path or the
  /// options; no thread can be had.
  [[nodiscard]] static Made to_file(std::filesystem::path path,
                                    TracingOptions options = TracingOptions());
  /// Posts each batch to a collector of OpenTelemetry on this machine, `http://127.0.0.1:4318/v1/traces`
  /// say, on a connection of its own. The host is `localhost`, an address that begins with `127.`, or
  /// `[::1]`; without a path it is `/v1/traces`. A collector that is not there, does not answer within 10
  /// s, or answers with 429, 502, 503 or 504 is tried again for `retry_for`; what another answer refuses,
  /// or one that is no HTTP, is lost at once. One that answers after 10 s may get a batch twice. What it
  /// takes with status 200 counts as exported, whatever the body says it rejects. Errors: what is wrong
  /// with the address or the options; no thread or descriptor can be had. It needs no collector to be
  /// there.
  [[nodiscard]] static Made to_collector(const std::string& url,
                                         TracingOptions options = TracingOptions());
  /// Hands them to a function. Errors: it is empty; no thread can be had.
  [[nodiscard]] static Made to(SpanExport spans, TracingOptions options = TracingOptions());

  /// Exports what waits, and waits for that, for a collector at most for `stop_timeout`; does neither in
  /// a process that was forked. On a thread of the engine's, and on its own, in a `SpanExport` or the log
  /// sink, nobody waits: what is called there may be called later, and is lost if the process ends before.
  ~Tracing() override;

  /// Waits until all that was queued before is exported or lost. False if that takes longer, and at once in a
  /// process that was forked of the one that made it.
  [[nodiscard]] bool flush(std::chrono::milliseconds timeout);
  /// Spans that were exported, and those that were dropped or could not be.
  [[nodiscard]] std::uint64_t exported() const;
  [[nodiscard]] std::uint64_t dropped() const;

  // As an interceptor.
  [[nodiscard]] InterceptorHooks hooks() const override;
  [[nodiscard]] bool wants(const Headers& headers) const override;
  [[nodiscard]] Admission before_start(InterceptedStart& start) override;
  void after_turn(const InterceptedExecution& execution, const InterceptedTurn& turn,
                  TurnOutcome outcome) override;
  void after_step(const InterceptedExecution& execution, const EndedStep& step) override;
  void before_headers(InterceptedActivity& activity) override;
  void after_activity(const InterceptedActivity& activity, Timestamp ended_at,
                      const ErrorDetails* error) override;

 private:
  class Impl;
  explicit Tracing(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace duroxide::DUROXIDE_ABI
