#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <duroxide/errors.hpp>
#include <duroxide/handlers.hpp>
#include <duroxide/log.hpp>
#include <duroxide/result.hpp>
#include <duroxide/store.hpp>

namespace duroxide {

/// Options of a `Runtime`. Setters chain; `Runtime::start` refuses values that make no sense.
class RuntimeOptions {
 public:
  RuntimeOptions();

  /// Turns under way at once. Default 256.
  RuntimeOptions& orchestration_concurrency(std::size_t n) {
    orchestration_concurrency_ = n;
    return *this;
  }
  /// Activities running at once, each on a thread. Default: twice the cores, at least 4.
  RuntimeOptions& worker_concurrency(std::size_t n) {
    worker_concurrency_ = n;
    return *this;
  }
  /// Suspended orchestrations kept in memory; the least recently used is evicted first and rebuilt
  /// from its history when it goes on. 0 rebuilds at every turn. Default 10,000.
  RuntimeOptions& max_resident_instances(std::size_t n) {
    max_resident_instances_ = n;
    return *this;
  }
  /// How long an instance may stay in memory without a message. Default 60 s.
  RuntimeOptions& idle_eviction(Milliseconds value) {
    idle_eviction_ = value;
    return *this;
  }
  /// Deliveries of one message before it counts as poison and fails its instance. What the workers
  /// had taken in advance when the process died counts too, so values below 3 are risky. Default 10.
  RuntimeOptions& max_attempts(std::uint32_t n) {
    max_attempts_ = n;
    return *this;
  }
  /// Wait before an instance or activity whose name is not registered is tried again: `base`,
  /// doubled each time up to `longest`. Default 1 s and 60 s.
  RuntimeOptions& unregistered_backoff(Milliseconds base, Milliseconds longest) {
    unregistered_base_ = base;
    unregistered_longest_ = longest;
    return *this;
  }
  /// How long `stop` waits for what is running. Default 10 s.
  RuntimeOptions& stop_timeout(Milliseconds value) {
    stop_timeout_ = value;
    return *this;
  }
  /// History size of one execution that is worth a warning in the log. 0 for none. Default 10,000.
  RuntimeOptions& history_warning(std::uint64_t events) {
    history_warning_ = events;
    return *this;
  }
  /// History size at which an execution fails with `limit_exceeded`. 0 for none, the default.
  RuntimeOptions& history_limit(std::uint64_t events) {
    history_limit_ = events;
    return *this;
  }
  /// Default: warnings and errors on standard error.
  RuntimeOptions& log_sink(LogSink value) {
    log_sink_ = std::move(value);
    return *this;
  }

  [[nodiscard]] std::size_t orchestration_concurrency() const { return orchestration_concurrency_; }
  [[nodiscard]] std::size_t worker_concurrency() const { return worker_concurrency_; }
  [[nodiscard]] std::size_t max_resident_instances() const { return max_resident_instances_; }
  [[nodiscard]] Milliseconds idle_eviction() const { return idle_eviction_; }
  [[nodiscard]] std::uint32_t max_attempts() const { return max_attempts_; }
  [[nodiscard]] Milliseconds unregistered_base() const { return unregistered_base_; }
  [[nodiscard]] Milliseconds unregistered_longest() const { return unregistered_longest_; }
  [[nodiscard]] Milliseconds stop_timeout() const { return stop_timeout_; }
  [[nodiscard]] std::uint64_t history_warning() const { return history_warning_; }
  [[nodiscard]] std::uint64_t history_limit() const { return history_limit_; }
  [[nodiscard]] const LogSink& log_sink() const { return log_sink_; }

 private:
  std::size_t orchestration_concurrency_ = 256;
  std::size_t worker_concurrency_;
  std::size_t max_resident_instances_ = 10'000;
  Milliseconds idle_eviction_{60'000};
  std::uint32_t max_attempts_ = 10;
  Milliseconds unregistered_base_{1'000};
  Milliseconds unregistered_longest_{60'000};
  Milliseconds stop_timeout_{10'000};
  std::uint64_t history_warning_ = 10'000;
  std::uint64_t history_limit_ = 0;
  LogSink log_sink_;
};

/// Runs the orchestrations and activities registered with it, for the instances of one store. It has
/// no control-plane calls: those are `Client`'s. Register first, then start. The calls of one
/// runtime must not overlap, but for `is_running`.
class Runtime {
 public:
  explicit Runtime(Store store, RuntimeOptions options = RuntimeOptions());
  Runtime(Runtime&&) noexcept;
  Runtime& operator=(Runtime&&) noexcept;
  /// Stops if it is running.
  ~Runtime();

  /// Registers `Task<Out>(OrchestrationContext, In)` or `Task<Out>(OrchestrationContext)` as version
  /// 1.0.0. Mistakes (a bad or empty name, a name and version registered twice, a registration after
  /// `start`) are kept and returned by `start`, all of them.
  template <class F>
  Runtime& register_orchestration(std::string name, F orchestration) {
    return register_versioned(std::move(name), "1.0.0", std::move(orchestration));
  }

  /// The same with a version, `major.minor.patch`. New instances run the newest version; a running
  /// execution stays with the one it began with.
  template <class F>
  Runtime& register_versioned(std::string name, std::string version, F orchestration) {
    return add_orchestration(std::move(name), std::move(version),
                             detail::make_orchestration_handler(std::move(orchestration)));
  }

  /// Registers an activity: any function of `(ActivityContext&, In)`, `(ActivityContext&)`, `(In)` or
  /// `()`. It fails by throwing or by returning an error `Result`; it may block; it must be safe to
  /// call from several threads at once.
  template <class F>
  Runtime& register_activity(std::string name, F activity) {
    return add_activity(std::move(name), detail::make_activity_handler(std::move(activity)));
  }

  /// Begins to work on the store. Errors: `registry_error` (every mistake made while registering),
  /// `invalid_options`, `dispatcher_error` (running already), `storage_error`.
  [[nodiscard]] Result<void, RuntimeError> start();

  /// Takes no new work, lets running turns and activities finish for at most
  /// `RuntimeOptions::stop_timeout`, and gives the rest back to the store, where the next runtime
  /// finds it. Returns at once if nothing runs. An activity that is still running after that goes on
  /// on its thread; its result is refused, it will run again, and the process cannot end before it
  /// returns.
  void stop();

  /// Whether it was started, not stopped since, and its store still works.
  [[nodiscard]] bool is_running() const;

 private:
  Runtime& add_orchestration(std::string name, std::string version, OrchestrationHandler handler);
  Runtime& add_activity(std::string name, ActivityHandler handler);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The seeds' name for it.
using DuroxideRuntime = Runtime;

}  // namespace duroxide
