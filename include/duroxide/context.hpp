#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <duroxide/clock.hpp>
#include <duroxide/codec.hpp>
#include <duroxide/combinators.hpp>
#include <duroxide/future.hpp>
#include <duroxide/log.hpp>
#include <duroxide/task.hpp>

namespace duroxide {

/// Options of a sub-orchestration. Setters chain.
class SubOrchestrationOptions {
 public:
  SubOrchestrationOptions() {}  // NOLINT: an aggregate would meet GCC 12's coroutine defect

  /// The child's instance id. Default: one made from the parent's id, never used twice.
  SubOrchestrationOptions& instance_id(std::string id) {
    instance_id_ = std::move(id);
    return *this;
  }
  /// The version to run. Default: the newest registered when the child starts.
  SubOrchestrationOptions& version(std::string version) {
    version_ = std::move(version);
    return *this;
  }

  [[nodiscard]] const std::optional<std::string>& instance_id() const { return instance_id_; }
  [[nodiscard]] const std::optional<std::string>& version() const { return version_; }

 private:
  std::optional<std::string> instance_id_;
  std::optional<std::string> version_;
};

/// What `continue_as_new` returns; awaiting it never comes back.
class [[nodiscard]] ContinueAsNew {
 public:
  using value_type = void;
  using DurableAwaitableTag = void;
  ContinueAsNew() {}  // NOLINT: see SubOrchestrationOptions
  [[nodiscard]] bool is_ready() const noexcept { return false; }
  void start(detail::TurnScheduler&, detail::Completion&) noexcept {}
  void stop_waiting() noexcept {}
  void take() noexcept {}
};

/// What an orchestration can do. The engine hands it to the orchestration; it is a cheap handle,
/// valid until the orchestration ends, to be used on the orchestration's own thread and only from
/// its own code.
///
/// Orchestration code must be deterministic: it may run again from the beginning, and must then
/// take the same steps. So no clock, no randomness, no I/O and no shared state but through this
/// context and activities. A step that differs from history fails the instance with
/// `ErrorKind::nondeterminism`.
///
/// Everything that schedules does so at the call, whether or not the future is awaited. Schedule one
/// thing in a statement: C++ leaves the order of a call's arguments to the compiler, and the order of
/// steps is what history holds. A wrong
/// argument (an empty or over-long name, a payload above 64 MiB, a negative delay) throws
/// `OrchestrationError` with category `configuration`, before anything is recorded.
class OrchestrationContext {
 public:
  explicit OrchestrationContext(detail::ExecutionCore& core) : core_(&core) {}

  [[nodiscard]] const std::string& instance_id() const;
  /// 1 for the first execution; each `continue_as_new` adds one.
  [[nodiscard]] std::uint64_t execution_id() const;
  [[nodiscard]] const std::string& orchestration_name() const;
  /// The version this execution is pinned to.
  [[nodiscard]] const std::string& version() const;
  /// True while recorded steps are repeated, false for new ones.
  [[nodiscard]] bool is_replaying() const;
  /// Number of events in this execution's history so far; a reason to continue as new.
  [[nodiscard]] std::uint64_t history_size() const;

  /// Runs an activity on a worker, at least once.
  template <class Out = std::string, class In = std::string>
  [[nodiscard]] DurableFuture<Out> schedule_activity(std::string_view name,
                                                     const In& input = In()) {
    return DurableFuture<Out>(schedule_activity_text(name, encode(input)));
  }

  /// A durable timer. It fires at the earliest after `delay`, also if the process was down then.
  template <class Rep, class Period>
  [[nodiscard]] DurableFuture<void> schedule_timer(std::chrono::duration<Rep, Period> delay) {
    return DurableFuture<void>(schedule_timer_milliseconds(checked_milliseconds(delay)));
  }

  /// Waits for the next event of this name. Events that came before are kept, in order, also from
  /// earlier executions of the instance.
  template <class T = std::string>
  [[nodiscard]] DurableFuture<T> wait_for_external_event(std::string_view name) {
    return DurableFuture<T>(wait_for_event_text(name));
  }

  /// Starts a child and waits for its result. The child is cancelled if the future is dropped or
  /// the parent ends without it.
  template <class Out = std::string, class In = std::string>
  [[nodiscard]] DurableFuture<Out> schedule_sub_orchestration(
      std::string_view name, const In& input = In(),
      const SubOrchestrationOptions& options = SubOrchestrationOptions()) {
    return DurableFuture<Out>(schedule_child_text(name, encode(input), options));
  }

  /// Starts an independent instance. Nothing comes back; an id that is taken is left as it is.
  template <class In = std::string>
  void schedule_orchestration(std::string_view name, std::string_view instance,
                              const In& input = In(), std::optional<std::string> version = {}) {
    schedule_detached_text(name, instance, encode(input), std::move(version));
  }

  /// Ends this execution and begins the next with `input` and an empty history, under the version
  /// given or else the newest. Events not yet waited for go along; everything else that is pending
  /// is cancelled. Takes effect when the code next has to wait, or ends, in whatever way:
  /// `co_await ctx.continue_as_new(state);` never comes back.
  template <class In = std::string>
  ContinueAsNew continue_as_new(const In& input = In(), std::optional<std::string> version = {}) {
    continue_as_new_text(encode(input), std::move(version));
    return ContinueAsNew();
  }

  /// The time, recorded: replay sees the same.
  [[nodiscard]] Timestamp utc_now();
  /// A random UUID (version 4), recorded: replay sees the same.
  [[nodiscard]] std::string new_guid();

  /// Writes to the runtime's log; not again when the step is replayed. (It is written again if the
  /// store could not record the turn, which then is no replay.)
  void log(LogLevel level, std::string message) const;
  void log_debug(std::string message) const { log(LogLevel::debug, std::move(message)); }
  void log_info(std::string message) const { log(LogLevel::info, std::move(message)); }
  void log_warn(std::string message) const { log(LogLevel::warn, std::move(message)); }
  void log_error(std::string message) const { log(LogLevel::error, std::move(message)); }

 private:
  template <class T>
  [[nodiscard]] static std::string encode(const T& value) {
    auto text = encode_payload(value);
    if (!text) {
      throw PayloadError(text.error());
    }
    return std::move(*text);
  }

  std::shared_ptr<detail::Slot> schedule_activity_text(std::string_view name, std::string input);
  std::shared_ptr<detail::Slot> schedule_timer_milliseconds(std::optional<Milliseconds> delay);
  std::shared_ptr<detail::Slot> wait_for_event_text(std::string_view name);
  std::shared_ptr<detail::Slot> schedule_child_text(std::string_view name, std::string input,
                                                    const SubOrchestrationOptions& options);
  void schedule_detached_text(std::string_view name, std::string_view instance, std::string input,
                              std::optional<std::string> version);
  void continue_as_new_text(std::string input, std::optional<std::string> version);

  detail::ExecutionCore* core_;
};

}  // namespace duroxide
