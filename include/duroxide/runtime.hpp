#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <duroxide/control_socket.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/executor.hpp>
#include <duroxide/handlers.hpp>
#include <duroxide/http_options.hpp>
#include <duroxide/interceptor.hpp>
#include <duroxide/log.hpp>
#include <duroxide/result.hpp>
#include <duroxide/retention.hpp>
#include <duroxide/store.hpp>
#include <duroxide/tags.hpp>
#include <duroxide/typed_handles.hpp>

namespace duroxide::DUROXIDE_ABI {

namespace detail {
struct RuntimeAccess;
}  // namespace detail

/// What an activity promises, and so where and when it may run. The more it promises, the less a step
/// costs: see *What a step costs* in the guide.
enum class ActivityKind : std::uint8_t {
  /// Nothing. It runs on a thread of its own, where it may block, once its schedule is on the disk.
  ordinary,
  /// It returns within microseconds and never blocks, so it runs on the engine's thread, between turns:
  /// two changes of thread less. One that lasts longer than a few milliseconds holds up others, and one
  /// that lasts for a second is told to the log. Blocking calls of a client are refused there. It still
  /// runs only once its schedule is on the disk. One that is called in a session runs as an ordinary one.
  short_running,
  /// As short, and only computes: nobody outside sees that it ran. So it may run before its schedule is on
  /// the disk, in the turn that calls it, and up to 256 of them in one turn, with results of up to 1 MiB,
  /// share a flush with all that follows from them; a crash before it runs them again. Time, randomness,
  /// files, locks and counters that anybody else sees do not belong into one. With a tag or a session, or
  /// on a runtime that does not take untagged activities, it runs as a short one; so does one that leaves
  /// its call open, after it was called within the turn.
  pure,
  /// It is a coroutine, an `ActivityTask`, and waits without holding a thread. Registering one says so by
  /// itself; anything else registered as one is a mistake. Its schedule is on the disk before it begins.
  coroutine,
};

namespace detail {
/// What an activity is unless it promises more.
template <class F>
inline constexpr ActivityKind natural_kind =
    is_coroutine_activity<F> ? ActivityKind::coroutine : ActivityKind::ordinary;
}  // namespace detail

/// What becomes of an instance, or an activity, that was started again and again without finishing.
enum class PoisonPolicy : std::uint8_t {
  /// It is left alone, and management shows it with the reason, until an operator releases it
  /// (`ManagementClient::release_from_quarantine`) or cancels the instance.
  quarantine,
  /// The instance fails, or the activity does, with category `poison`.
  fail,
};

/// Which version of an orchestration a start without one runs.
class VersionPolicy {
 public:
  /// The newest that is registered: the default.
  [[nodiscard]] static VersionPolicy latest() { return {}; }
  /// This one, whatever else is registered.
  [[nodiscard]] static VersionPolicy exact(std::string version) {
    VersionPolicy policy;
    policy.version_ = std::move(version);
    return policy;
  }

  [[nodiscard]] const std::optional<std::string>& version() const { return version_; }

 private:
  std::optional<std::string> version_;
};

/// Options of a `Runtime`. Setters chain; `Runtime::start` refuses values that make no sense.
class DUROXIDE_API RuntimeOptions {
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
  /// Activities that are coroutines, or run on an executor, under way at once, waiting or not. Four
  /// threads of the engine's run all of the former. Default 10,000.
  RuntimeOptions& coroutine_concurrency(std::size_t n) {
    coroutine_concurrency_ = n;
    return *this;
  }
  /// Suspended orchestrations kept in memory; the least recently used is evicted first and rebuilt
  /// from its history when it goes on. 0 rebuilds at every turn. Default 10,000.
  RuntimeOptions& max_resident_instances(std::size_t n) {
    max_resident_instances_ = n;
    return *this;
  }
  /// How long an instance may stay in memory without a message. Default 60 s.
  RuntimeOptions& idle_eviction(Duration value) {
    idle_eviction_ = value;
    return *this;
  }
  /// Deliveries of one message before it counts as poison. What the workers had taken in advance when
  /// the process died counts too, so values below 5 are risky. Default 10.
  RuntimeOptions& max_attempts(std::uint32_t n) {
    max_attempts_ = n;
    return *this;
  }
  /// Default: quarantine.
  RuntimeOptions& on_poison(PoisonPolicy value) {
    on_poison_ = value;
    return *this;
  }
  /// Which activities the workers take. Several runtimes on one store, in one process, can share the
  /// work by tags. Default: those without a tag.
  RuntimeOptions& worker_tags(TagFilter value) {
    worker_tags_ = std::move(value);
    return *this;
  }
  /// How long a session stays with its worker without an activity. Default 5 minutes.
  RuntimeOptions& session_idle_timeout(Duration value) {
    session_idle_timeout_ = value;
    return *this;
  }
  /// How long a cancelled activity may go on before its worker is given up and replaced. Default
  /// 10 s.
  RuntimeOptions& activity_cancellation_grace(Duration value) {
    activity_cancellation_grace_ = value;
    return *this;
  }
  /// Entries of one instance's key-value state. Default 1,000.
  RuntimeOptions& max_values(std::size_t n) {
    max_values_ = n;
    return *this;
  }
  /// Size of one entry's value. Default 64 KiB.
  RuntimeOptions& max_value_bytes(std::size_t n) {
    max_value_bytes_ = n;
    return *this;
  }
  /// Default 256 KiB.
  RuntimeOptions& max_custom_status_bytes(std::size_t n) {
    max_custom_status_bytes_ = n;
    return *this;
  }
  /// Wait before an instance or activity whose name no runtime on the store has registered is tried
  /// again: `base`, doubled each time up to `longest`. Default 1 s and 60 s.
  RuntimeOptions& unregistered_backoff(Duration base, Duration longest) {
    unregistered_base_ = base;
    unregistered_longest_ = longest;
    return *this;
  }
  /// How long `stop` waits for what is running. Default 10 s.
  RuntimeOptions& stop_timeout(Duration value) {
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
  /// Which ended instances to delete, and when. Needs a store with management. Default: none.
  RuntimeOptions& retention(RetentionPolicy value) {
    retention_ = value;
    return *this;
  }
  /// Pauses the store before anything is taken from it, as `ManagementClient::pause` does: nothing
  /// runs until somebody resumes it. Needs a store with management. Default false.
  RuntimeOptions& start_paused(bool value) {
    start_paused_ = value;
    return *this;
  }
  /// Whether other processes of the same user can look at the store and act on it through this
  /// runtime, with the command `duroxide` and as a `RemoteStore`: by way of the Unix socket
  /// `duroxide.sock` in the store's directory, which all runtimes of a process on the store share; it is
  /// read-only if it is for all of them. Without it nobody outside of this process sees the store while
  /// it is open. The log says that it is on; a failure to make it is a warning there.
  /// Default: full; a store without a directory has none.
  RuntimeOptions& control_socket(ControlSocket value) {
    control_socket_ = value;
    return *this;
  }
  /// Full, or off.
  RuntimeOptions& control_socket(bool value) {
    return control_socket(value ? ControlSocket::full : ControlSocket::off);
  }
  /// Adds an interceptor of what this runtime does, and of the starts that activities ask of their client:
  /// see `Interceptor`. A null pointer adds none. Default: none.
  RuntimeOptions& interceptor(std::shared_ptr<Interceptor> value) {
    if (value) {
      interceptors_.push_back(std::move(value));
    }
    return *this;
  }
  /// Serves a page that shows the store, on this machine alone: the dashboard, see the guide. If it cannot
  /// be served, as its port is taken or the library was built without HTTP, the log has the error and the
  /// runtime goes on. Default: none.
  RuntimeOptions& http(HttpOptions value) {
    http_ = std::move(value);
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
  [[nodiscard]] std::size_t coroutine_concurrency() const { return coroutine_concurrency_; }
  /// Whether there is one.
  [[nodiscard]] bool control_socket() const { return control_socket_ != ControlSocket::off; }
  [[nodiscard]] ControlSocket control_socket_mode() const { return control_socket_; }
  [[nodiscard]] const std::optional<HttpOptions>& http() const { return http_; }
  [[nodiscard]] const LogSink& log_sink() const { return log_sink_; }
  [[nodiscard]] const std::vector<std::shared_ptr<Interceptor>>& interceptors() const {
    return interceptors_;
  }
  [[nodiscard]] const RetentionPolicy& retention() const { return retention_; }
  [[nodiscard]] bool start_paused() const { return start_paused_; }
  [[nodiscard]] PoisonPolicy on_poison() const { return on_poison_; }
  [[nodiscard]] const TagFilter& worker_tags() const { return worker_tags_; }
  [[nodiscard]] Milliseconds session_idle_timeout() const { return session_idle_timeout_; }
  [[nodiscard]] Milliseconds activity_cancellation_grace() const {
    return activity_cancellation_grace_;
  }
  [[nodiscard]] std::size_t max_values() const { return max_values_; }
  [[nodiscard]] std::size_t max_value_bytes() const { return max_value_bytes_; }
  [[nodiscard]] std::size_t max_custom_status_bytes() const { return max_custom_status_bytes_; }

 private:
  std::size_t orchestration_concurrency_ = 256;
  std::size_t worker_concurrency_;
  std::size_t coroutine_concurrency_ = 10'000;
  std::size_t max_resident_instances_ = 10'000;
  Milliseconds idle_eviction_{60'000};
  std::uint32_t max_attempts_ = 10;
  PoisonPolicy on_poison_ = PoisonPolicy::quarantine;
  TagFilter worker_tags_;
  Milliseconds session_idle_timeout_{300'000};
  Milliseconds activity_cancellation_grace_{10'000};
  std::size_t max_values_ = 1'000;
  std::size_t max_value_bytes_ = std::size_t{64} << 10;
  std::size_t max_custom_status_bytes_ = std::size_t{256} << 10;
  Milliseconds unregistered_base_{1'000};
  Milliseconds unregistered_longest_{60'000};
  Milliseconds stop_timeout_{10'000};
  std::uint64_t history_warning_ = 10'000;
  std::uint64_t history_limit_ = 0;
  RetentionPolicy retention_;
  bool start_paused_ = false;
  ControlSocket control_socket_ = ControlSocket::full;
  std::optional<HttpOptions> http_;
  LogSink log_sink_;
  std::vector<std::shared_ptr<Interceptor>> interceptors_;
};

/// Runs the orchestrations and activities registered with it, for the instances of one store. It has
/// no control-plane calls: those are `Client`'s. Register first, then start. The calls of one
/// runtime must not overlap, but for `is_running`.
class DUROXIDE_API Runtime {
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

  /// Registers it under a handle, whose types the function must have.
  template <TypedOrchestration Handle, class F>
  Runtime& register_orchestration(const Handle& handle, F orchestration) {
    detail::check_orchestration_types<Handle, F>();
    return register_orchestration(std::string(handle.name()), std::move(orchestration));
  }
  template <TypedOrchestration Handle, class F>
  Runtime& register_versioned(const Handle& handle, std::string version, F orchestration) {
    detail::check_orchestration_types<Handle, F>();
    return register_versioned(std::string(handle.name()), std::move(version),
                              std::move(orchestration));
  }

  /// Says which version a start of this orchestration runs that names none: a client's, a parent's, or
  /// that of a `continue_as_new`. A version that is not registered is a mistake, like those above.
  Runtime& set_version_policy(std::string name, VersionPolicy policy);

  /// Registers an activity: any function of `(ActivityContext&, In)`, `(ActivityContext&)`, `(In)` or
  /// `()`. It fails by throwing or by returning an error `Result`; it must be safe to call from several
  /// threads at once. It may block, unless it promises more than an ordinary one: see `ActivityKind`. One
  /// that returns an `ActivityTask` is a coroutine, and waits without a thread.
  template <class F>
  Runtime& register_activity(std::string name, F activity,
                             ActivityKind kind = detail::natural_kind<F>) {
    return add_activity(std::move(name), detail::make_activity_handler(std::move(activity)), kind,
                        detail::is_coroutine_activity<F>);
  }
  /// Registers an activity that runs on an executor of yours: in your loop, where it must not block, or in
  /// a pool of yours, where it may. It is posted there when it is handed out, counts among
  /// `RuntimeOptions::coroutine_concurrency` until it has returned, and holds no thread of the engine's
  /// meanwhile; how many run at once is the executor's to say. It cannot be called in a session. Everything
  /// else is as for any activity: the context may be used, times and cancellations count from the posting on,
  /// and one that was cancelled before the executor came to it is not run. What the executor drops, or throws
  /// instead of taking, is posted again after a second; what it keeps and never runs ends by a timeout of the
  /// call, or is given back when the runtime stops, and is not run from then on. With an executor in place it
  /// is an ordinary one. The runtime keeps a copy of the executor, and so does what is in the executor's
  /// queue: of a pool that is to end elsewhere keep another.
  template <class F>
  Runtime& register_activity(std::string name, F activity, const Executor& executor) {
    const bool is_posted = !executor.is_in_place();
    auto handler = is_posted ? detail::make_posted_activity_handler(std::move(activity), executor)
                             : detail::make_activity_handler(std::move(activity));
    return add_activity(std::move(name), std::move(handler),
                        is_posted ? ActivityKind::coroutine : ActivityKind::ordinary, is_posted);
  }
  template <TypedActivity Handle, class F>
  Runtime& register_activity(const Handle& handle, F activity, const Executor& executor) {
    detail::check_activity_types<Handle, F>();
    return register_activity(std::string(handle.name()), std::move(activity), executor);
  }
  template <TypedActivity Handle, class F>
  Runtime& register_activity(const Handle& handle, F activity,
                             ActivityKind kind = detail::natural_kind<F>) {
    detail::check_activity_types<Handle, F>();
    return register_activity(std::string(handle.name()), std::move(activity), kind);
  }

  /// Begins to work on the store. Errors: `registry_error` (every mistake made while registering),
  /// `invalid_options`, `dispatcher_error` (running already), `storage_error`, `would_deadlock` (from
  /// orchestration code, a callback or a log sink).
  [[nodiscard]] Result<void, RuntimeError> start();

  /// Takes no new work, lets running turns and activities finish for at most
  /// `RuntimeOptions::stop_timeout`, and gives the rest back to the store, where the next runtime
  /// finds it. Returns at once if nothing runs. An activity or a turn that is still running after that
  /// goes on on its thread; what comes of it is refused, and it will run again. The store can be closed
  /// meanwhile; its actor system waits for such code, see `ActorSystem`. From orchestration code, a callback or a log sink it returns at once, another thread
  /// stops the runtime, and the log says so.
  void stop();

  /// Whether it was started, not stopped since, and its store still works.
  [[nodiscard]] bool is_running() const;

 private:
  friend struct detail::RuntimeAccess;

  Runtime& add_orchestration(std::string name, std::string version, OrchestrationHandler handler);
  Runtime& add_activity(std::string name, ActivityHandler handler, ActivityKind kind,
                        bool is_coroutine);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Another name for it.
using DuroxideRuntime = Runtime;

}  // namespace duroxide::DUROXIDE_ABI
