#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <duroxide/activity_options.hpp>
#include <duroxide/clock.hpp>
#include <duroxide/codec.hpp>
#include <duroxide/combinators.hpp>
#include <duroxide/context_results.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/detail/gcc12.hpp>
#include <duroxide/detail/handle_input.hpp>
#include <duroxide/detail/update_handler.hpp>
#include <duroxide/events.hpp>
#include <duroxide/future.hpp>
#include <duroxide/headers.hpp>
#include <duroxide/log.hpp>
#include <duroxide/sub_orchestration_options.hpp>
#include <duroxide/task.hpp>
#include <duroxide/typed_handles.hpp>

namespace duroxide::DUROXIDE_ABI {

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
///
/// Write an input that is made in the call as `input<Order>("o-1", 500)`: see `duroxide::input`. Under
/// GCC 12, whose coroutines destroy `Order{"o-1", 500}` twice, such a temporary does not compile; the
/// overloads for a `HazardousInput` say so.
class DUROXIDE_API OrchestrationContext {
 public:
  explicit OrchestrationContext(detail::ExecutionCore& core) : core_(&core) {}

  [[nodiscard]] const std::string& instance_id() const;
  /// 1 for the first execution; each `continue_as_new` adds one.
  [[nodiscard]] std::uint64_t execution_id() const;
  [[nodiscard]] const std::string& orchestration_name() const;
  /// With which the instance was started, or its parent or an interceptor has started it. The same in
  /// every execution of the instance, and whenever it is replayed.
  [[nodiscard]] const Headers& headers() const;
  /// The version this execution is pinned to.
  [[nodiscard]] const std::string& version() const;
  /// True while recorded steps are repeated, false for new ones.
  [[nodiscard]] bool is_replaying() const;
  /// Number of events in this execution's history so far; a reason to continue as new.
  [[nodiscard]] std::uint64_t history_size() const;

  // --- activities and timers ---

  /// Runs an activity on a worker, at least once.
  template <class Out = std::string, class In = std::string>
  [[nodiscard]] DurableFuture<Out> schedule_activity(
      std::string_view name, const In& input = In(),
      const ActivityOptions& options = ActivityOptions()) {
    return DurableFuture<Out>(
        schedule_activity_text(name, detail::encode_or_throw(input), options));
  }
  template <class Out = std::string, detail::HazardousInput In>
  [[nodiscard]] DurableFuture<Out> schedule_activity(
      std::string_view, In&&, const ActivityOptions& options = ActivityOptions()) {
    detail::check_input<In>();
    return schedule_activity<Out>("", "", options);
  }
  template <TypedActivity Handle>
  [[nodiscard]] DurableFuture<typename Handle::Output> schedule_activity(
      const Handle& activity, detail::HandleParameter<typename Handle::Input> input,
      const ActivityOptions& options = ActivityOptions()) {
    return DurableFuture<typename Handle::Output>(
        schedule_activity_text(activity.name(), detail::encode_handle_input(input), options));
  }
  template <TypedActivity Handle>
  [[nodiscard]] DurableFuture<typename Handle::Output> schedule_activity(const Handle& activity) {
    return schedule_activity<typename Handle::Output, typename Handle::Input>(activity.name());
  }

  /// A durable timer. It fires at the earliest after `delay`, also if the process was down then.
  template <class Rep, class Period>
  [[nodiscard]] DurableFuture<void> schedule_timer(std::chrono::duration<Rep, Period> delay) {
    return DurableFuture<void>(schedule_timer_milliseconds(checked_milliseconds(delay)));
  }

  // --- events ---

  /// Waits for the next event of this name. Events that came before are kept, in order, also from
  /// earlier executions of the instance.
  template <class T = std::string>
  [[nodiscard]] DurableFuture<T> wait_for_external_event(std::string_view name) {
    return DurableFuture<T>(wait_for_event_text(name));
  }
  template <class T>
  [[nodiscard]] DurableFuture<T> wait_for_external_event(const ExternalEvent<T>& event) {
    return DurableFuture<T>(wait_for_event_text(event.name()));
  }

  /// Takes the next message of a queue of this instance, strictly in the order in which
  /// `Client::enqueue_event` put them in. A queue and an external event of one name have nothing to do
  /// with each other.
  template <class T = std::string>
  [[nodiscard]] DurableFuture<T> dequeue_event(std::string_view queue) {
    return DurableFuture<T>(dequeue_text(queue));
  }
  template <class T>
  [[nodiscard]] DurableFuture<T> dequeue_event(const EventQueue<T>& queue) {
    return DurableFuture<T>(dequeue_text(queue.name()));
  }

  // --- updates: others ask, and are answered ---

  /// From now on, `Client::update` under this name is answered by `handler`, a function of `const In&`
  /// that returns an `Out` (or nothing, if `Out` is void), or a `Result` of one with text,
  /// `ApplicationError` or `ErrorDetails` as its error. What it returns or throws as an error is the
  /// caller's, and the instance goes on.
  ///
  /// It runs in the turn, while the orchestration waits, at the place of its message among what comes to
  /// the instance; what it has done and answered is recorded, and repeated in replay. It may change the
  /// orchestration's locals, and use of the context what takes no awaiting (`utc_now`, `set_value`,
  /// `raise_event` to others …); a step that would have to be awaited, and `continue_as_new`, throw
  /// `OrchestrationError` there. `wait_until` lets the orchestration go on because of it.
  ///
  /// An update that came before is kept until its handler is registered, also across `continue_as_new`,
  /// and then handled when the orchestration next waits. A later registration of a name replaces the
  /// earlier.
  ///
  /// The handler is kept until the execution ends, and called no more once the orchestration has
  /// returned: what it refers to must be a local of the orchestration itself, declared before this call
  /// in its outermost block, or live longer. Errors: `OrchestrationError` for a wrong name.
  template <class In, class Out, class F>
  void on_update(std::string_view name, F handler) {
    on_update<In, Out>(name, std::move(handler), [](const In&) {});
  }
  /// With a validator, a function of `const In&` that throws, or returns a `Result<void, …>` with an
  /// error, to refuse the update. It is asked before anything is recorded: what it refuses leaves no trace
  /// in the history, unless it had to wait for its handler. It must change nothing and not use the
  /// context. An input that does not decode is refused likewise.
  template <class In, class Out, class F, class V>
  void on_update(std::string_view name, F handler, V validator) {
    on_update_text(name, detail::make_update_handler<In, Out>("update", name, std::move(handler),
                                                              std::move(validator)));
  }
  template <class In, class Out, class F>
  void on_update(const Update<In, Out>& handle, F handler) {
    on_update<In, Out>(handle.name(), std::move(handler));
  }
  template <class In, class Out, class F, class V>
  void on_update(const Update<In, Out>& handle, F handler, V validator) {
    on_update<In, Out>(handle.name(), std::move(handler), std::move(validator));
  }

  /// From now on, `Client::query` under this name is answered by `handler`, a function of `const In&` that
  /// returns an `Out`, or a `Result` as that of an update. It looks at the state in which the last turn
  /// has left the orchestration, leaves no trace in history or store, and may run at any time and in
  /// replay: it must change nothing and not use the context. What it refers to must live as for
  /// `on_update`. Errors: `OrchestrationError` for a wrong name.
  template <class In, class Out, class F>
  void on_query(std::string_view name, F handler) {
    static_assert(!std::is_void_v<Out>, "a query answers something");
    on_query_text(
        name,
        detail::make_update_handler<In, Out>("query", name, std::move(handler), [](const In&) {
        }).handle);
  }
  template <class In, class Out, class F>
  void on_query(const Query<In, Out>& handle, F handler) {
    on_query<In, Out>(handle.name(), std::move(handler));
  }

  /// Waits until `holds` gives true, which is asked now and after all that happens to the instance: an
  /// update, an event, a result, a step of another branch of the code. Nothing is recorded for it, as it
  /// follows from what is. `holds` looks at locals of the orchestration, as a handler does; it must
  /// change nothing and not use the context. What it throws, the await throws. Under GCC 12 a lambda with
  /// captures needs a name:
  ///
  ///     const auto is_complete = [&] { return items.size() == 3; };
  ///     co_await ctx.wait_until(is_complete);
  template <class F>
  [[nodiscard]] DurableFuture<void> wait_until(F&& holds) {
    detail::check_callable<F>();
    static_assert(std::is_convertible_v<std::invoke_result_t<std::decay_t<F>&>, bool>,
                  "wait_until takes a function without arguments that returns true or false");
    return DurableFuture<void>(wait_until_holds(std::forward<F>(holds)));
  }

  // --- other orchestrations ---

  /// Starts a child and waits for its result. The child is cancelled if the future is dropped or
  /// the parent ends without it, unless `SubOrchestrationOptions::outlives_parent` says otherwise.
  template <class Out = std::string, class In = std::string>
  [[nodiscard]] DurableFuture<Out> schedule_sub_orchestration(
      std::string_view name, const In& input = In(),
      const SubOrchestrationOptions& options = SubOrchestrationOptions()) {
    return DurableFuture<Out>(schedule_child_text(name, detail::encode_or_throw(input), options));
  }
  template <class Out = std::string, detail::HazardousInput In>
  [[nodiscard]] DurableFuture<Out> schedule_sub_orchestration(
      std::string_view, In&&, const SubOrchestrationOptions& options = SubOrchestrationOptions()) {
    detail::check_input<In>();
    return schedule_sub_orchestration<Out>("", "", options);
  }
  template <TypedOrchestration Handle>
  [[nodiscard]] DurableFuture<typename Handle::Output> schedule_sub_orchestration(
      const Handle& orchestration, detail::HandleParameter<typename Handle::Input> input,
      const SubOrchestrationOptions& options = SubOrchestrationOptions()) {
    return DurableFuture<typename Handle::Output>(
        schedule_child_text(orchestration.name(), detail::encode_handle_input(input), options));
  }
  template <TypedOrchestration Handle>
  [[nodiscard]] DurableFuture<typename Handle::Output> schedule_sub_orchestration(
      const Handle& orchestration) {
    return schedule_sub_orchestration<typename Handle::Output, typename Handle::Input>(
        orchestration.name());
  }

  /// Starts an independent instance. Nothing comes back; an id that is taken is left as it is.
  template <class In = std::string>
  void schedule_orchestration(std::string_view name, std::string_view instance,
                              const In& input = In(), std::optional<std::string> version = {}) {
    schedule_detached_text(name, instance, detail::encode_or_throw(input), std::move(version));
  }
  template <detail::HazardousInput In>
  void schedule_orchestration(std::string_view, std::string_view, In&&,
                              const std::optional<std::string>& = {}) {
    detail::check_input<In>();
  }
  template <TypedOrchestration Handle>
  void schedule_orchestration(const Handle& orchestration, std::string_view instance,
                              detail::HandleParameter<typename Handle::Input> input,
                              std::optional<std::string> version = {}) {
    schedule_detached_text(orchestration.name(), instance, detail::encode_handle_input(input),
                           std::move(version));
  }

  /// Waits for the end of another instance, which may have come long ago, and gives its output. Throws
  /// `SubOrchestrationFailed` if it has failed, was cancelled or is deleted before its end, and with
  /// `ErrorKind::invalid_input` if there is none. Instances that await each other wait until one of them is
  /// cancelled. Errors: `OrchestrationError` for a wrong id, or its own.
  template <class Out = std::string>
  [[nodiscard]] DurableFuture<Out> await_instance(std::string_view instance) {
    return DurableFuture<Out>(await_instance_text(instance));
  }
  /// Of one that runs this orchestration, for the type of its output; which it runs is not checked.
  template <TypedOrchestration Handle>
  [[nodiscard]] DurableFuture<typename Handle::Output> await_instance(
      const Handle& /*orchestration*/, std::string_view instance) {
    return await_instance<typename Handle::Output>(instance);
  }

  /// Sends an event to another instance, with the turn: it is kept there until the instance waits for
  /// that name. Nothing comes back; to an instance that is unknown or has ended it is lost. To one that
  /// this turn has started it comes behind the start. Errors: `OrchestrationError` for wrong arguments,
  /// this instance's own id among them; `PayloadError`.
  template <class Data = std::string>
  void raise_event(std::string_view instance, std::string_view event, const Data& data = Data()) {
    raise_event_text(instance, event, detail::encode_or_throw(data));
  }
  template <detail::HazardousInput Data>
  void raise_event(std::string_view, std::string_view, Data&&) {
    detail::check_input<Data>();
  }
  template <class T>
  void raise_event(std::string_view instance, const ExternalEvent<T>& event,
                   detail::HandleParameter<std::type_identity_t<T>> data) {
    raise_event_text(instance, event.name(), detail::encode_handle_input(data));
  }

  /// Puts a message into a queue of another instance, as `raise_event` sends an event.
  template <class Data = std::string>
  void enqueue_event(std::string_view instance, std::string_view queue, const Data& data = Data()) {
    enqueue_event_text(instance, queue, detail::encode_or_throw(data));
  }
  template <detail::HazardousInput Data>
  void enqueue_event(std::string_view, std::string_view, Data&&) {
    detail::check_input<Data>();
  }
  template <class T>
  void enqueue_event(std::string_view instance, const EventQueue<T>& queue,
                     detail::HandleParameter<std::type_identity_t<T>> data) {
    enqueue_event_text(instance, queue.name(), detail::encode_handle_input(data));
  }

  /// Asks another instance to stop, as `Client::cancel_instance` does, with the turn. Nothing comes
  /// back. Errors: `OrchestrationError` for wrong arguments, this instance's own id among them.
  void cancel_instance(std::string_view instance, std::string_view reason = {});

  /// Ends this execution and begins the next with `input` and an empty history, under the version
  /// given or else the newest. Events not yet waited for go along; everything else that is pending
  /// is cancelled. Takes effect when the code next has to wait, or ends, in whatever way:
  /// `co_await ctx.continue_as_new(state);` never comes back.
  template <class In = std::string>
  ContinueAsNew continue_as_new(const In& input = In(), std::optional<std::string> version = {}) {
    continue_as_new_text(detail::encode_or_throw(input), std::move(version));
    return ContinueAsNew();
  }
  template <detail::HazardousInput In>
  ContinueAsNew continue_as_new(In&&, const std::optional<std::string>& = {}) {
    detail::check_input<In>();
    return ContinueAsNew();
  }

  // --- cancellation ---

  /// While what this returns is alive, the code is not interrupted by a cancellation: for the steps
  /// that clean up after one, and for those that must not be left half done. A request that comes
  /// meanwhile is told, by `OrchestrationCancelled`, at the awaits where the code stands when the last
  /// shield is gone.
  [[nodiscard]] CancellationShield shield() { return CancellationShield(*core_); }
  /// Whether somebody has asked the instance to stop; under a shield it can look for itself.
  [[nodiscard]] bool is_cancel_requested() const;

  // --- state that others can see ---

  /// Says, to whoever asks for the status of the instance, where it stands. Survives
  /// `continue_as_new` and the end. Throws `OrchestrationError` (`limit_exceeded`) above
  /// `RuntimeOptions::max_custom_status_bytes`.
  template <class T>
  void set_custom_status(const T& status) {
    set_custom_status_text(detail::encode_or_throw(status));
  }
  template <detail::HazardousInput T>
  void set_custom_status(T&&) {
    detail::check_input<T>();
  }
  void reset_custom_status() { set_custom_status_text(std::nullopt); }
  [[nodiscard]] const std::optional<std::string>& custom_status() const;

  /// Sets an entry of the instance's key-value state, which clients and other instances can read, and
  /// which survives `continue_as_new` and the end. Throws `OrchestrationError` (`limit_exceeded`)
  /// above `RuntimeOptions::max_values` or `max_value_bytes`, and the entry is as before.
  template <class T>
  void set_value(std::string_view key, const T& value) {
    set_value_text(key, detail::encode_or_throw(value));
  }
  template <detail::HazardousInput T>
  void set_value(std::string_view, T&&) {
    detail::check_input<T>();
  }
  /// As the code has set it; none if there is no such entry. Throws `PayloadError` if it is no `T`.
  template <class T = std::string>
  [[nodiscard]] std::optional<T> get_value(std::string_view key) const {
    const StoredValue* stored = find_value(key);
    if (stored == nullptr) {
      return std::nullopt;
    }
    auto value = decode_payload<T>(stored->value);
    if (!value) {
      throw PayloadError("the value of key `" + std::string(key) + "`: " + value.error());
    }
    return std::optional<T>(std::move(*value));
  }
  /// All entries, by key. `updated_at` is the recorded time of the change.
  [[nodiscard]] const std::map<std::string, StoredValue, std::less<>>& values() const;
  void clear_value(std::string_view key);
  void clear_all_values();
  /// Reads an entry of another instance, as it was committed when the request was: a
  /// `std::optional<T>`, empty if there is no such instance or entry. Takes no worker.
  template <class T = std::string>
  [[nodiscard]] auto read_value(std::string_view instance, std::string_view key) {
    return DurableFuture<std::string>(read_value_text(instance, key))
        .map(&detail::decode_read_value<T>);
  }

  // --- changing code under running instances ---

  /// Whether this execution runs the changed code: `if (ctx.patched("ship-by-air")) { new way } else {
  /// old way }`. True for an execution that comes here for the first time with this code, false for
  /// one that has already passed here without the patch; the answer stays the same for the rest of the
  /// execution. When no execution without it is left, replace the call by `deprecate_patch`.
  [[nodiscard]] bool patched(std::string_view id);
  /// The old way is gone from the code, while executions that recorded the patch may still run.
  void deprecate_patch(std::string_view id);

  // --- time, ids, logs ---

  /// The time, recorded: replay sees the same.
  [[nodiscard]] Timestamp utc_now();
  /// A random UUID (version 4), recorded: replay sees the same.
  [[nodiscard]] std::string new_guid();

  /// A value that the code makes for itself: `function` is called once, and what it returns is recorded
  /// under `name`; replay gets what was recorded, whatever the function would return by then. Use it for
  /// what is quick and not the same each time, as a random number, an option of the program, or a look
  /// into a table in memory: it runs in the turn, on the engine's thread. What waits, or reaches outside
  /// the process, is an activity's business. After a crash the function is called again if its turn was
  /// not recorded yet.
  ///
  /// What the function throws is recorded too, as is a value that cannot be encoded or is too large, and
  /// thrown as `SideEffectFailed`; a rewind calls the function again if that has ended the instance. It
  /// must not use the context. Other errors: `OrchestrationError` for a wrong name, `PayloadError` for a
  /// recorded value that is no longer of the type. Under GCC 12 a lambda with captures needs a name.
  template <class F>
  auto side_effect(std::string_view name, F&& function) {
    detail::check_callable<F>();
    using Value = std::decay_t<std::invoke_result_t<F&>>;
    static_assert(!std::is_void_v<Value>, "a side effect returns the value that is to be recorded");
    const Payload recorded =
        side_effect_text(name, [&function] { return detail::encode_or_throw(function()); });
    return decode_side_effect<Value>(name, recorded);
  }

  /// Writes to the runtime's log; not again when the step is replayed. (It is written again if the
  /// store could not record the turn, which then is no replay.)
  void log(LogLevel level, std::string message) const;
  void log_debug(std::string message) const { log(LogLevel::debug, std::move(message)); }
  void log_info(std::string message) const { log(LogLevel::info, std::move(message)); }
  void log_warn(std::string message) const { log(LogLevel::warn, std::move(message)); }
  void log_error(std::string message) const { log(LogLevel::error, std::move(message)); }

 private:
  std::shared_ptr<detail::Slot> schedule_activity_text(std::string_view name, std::string input,
                                                       const ActivityOptions& options);
  std::shared_ptr<detail::Slot> schedule_timer_milliseconds(std::optional<Milliseconds> delay);
  Payload side_effect_text(std::string_view name, const std::function<std::string()>& make);
  /// What a literal, a view or a pointer to characters was recorded as comes back as a string.
  template <class Value>
  static auto decode_side_effect(std::string_view name, const Payload& recorded) {
    using Decoded = std::conditional_t<TextPayload<Value>, std::string, Value>;
    auto value = decode_payload<Decoded>(recorded);
    if (!value) {
      throw PayloadError("the value of the side effect `" + std::string(name) +
                             "` cannot be decoded: " + value.error(),
                         std::string(name));
    }
    return std::move(*value);
  }
  std::shared_ptr<detail::Slot> wait_for_event_text(std::string_view name);
  std::shared_ptr<detail::Slot> dequeue_text(std::string_view queue);
  std::shared_ptr<detail::Slot> read_value_text(std::string_view instance, std::string_view key);
  void set_custom_status_text(std::optional<std::string> status);
  void set_value_text(std::string_view key, std::string value);
  [[nodiscard]] const StoredValue* find_value(std::string_view key) const;
  std::shared_ptr<detail::Slot> schedule_child_text(std::string_view name, std::string input,
                                                    const SubOrchestrationOptions& options);
  [[nodiscard]] std::shared_ptr<detail::Slot> await_instance_text(std::string_view instance);
  void schedule_detached_text(std::string_view name, std::string_view instance, std::string input,
                              std::optional<std::string> version);
  void raise_event_text(std::string_view instance, std::string_view event, std::string data);
  void enqueue_event_text(std::string_view instance, std::string_view queue, std::string data);
  void continue_as_new_text(std::string input, std::optional<std::string> version);
  void on_update_text(std::string_view name, detail::UpdateHandler handler);
  void on_query_text(std::string_view name, std::function<std::string(const Payload&)> handler);
  std::shared_ptr<detail::Slot> wait_until_holds(std::function<bool()> holds);

  detail::ExecutionCore* core_;
};

}  // namespace duroxide::DUROXIDE_ABI
