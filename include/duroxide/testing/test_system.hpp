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

#include <duroxide/client.hpp>
#include <duroxide/clock.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/runtime.hpp>
#include <duroxide/status.hpp>
#include <duroxide/testing/history.hpp>
#include <duroxide/testing/mock.hpp>
#include <duroxide/testing/registrations.hpp>
#include <duroxide/typed_handles.hpp>

namespace duroxide::DUROXIDE_ABI::testkit {

/// Options of a `TestSystem`. Setters chain.
class DUROXIDE_API TestOptions {
 public:
  TestOptions();

  /// Of its runtime. By default only errors are logged, as failures are what many tests are about. It
  /// never has a control socket.
  TestOptions& runtime(RuntimeOptions value) {
    runtime_ = std::move(value);
    return *this;
  }
  /// Whether instances leave memory after each turn, so that the next one replays what is recorded, and
  /// code that is not deterministic fails. The last turn of an execution is followed by none, so what
  /// that decides is not replayed. It overrides `RuntimeOptions::max_resident_instances`. Default: true.
  TestOptions& replay_each_turn(bool value) {
    replay_each_turn_ = value;
    return *this;
  }
  /// What its clock says at first. Default: a moment in November 2023, the same in each run.
  TestOptions& start_at(Timestamp value) {
    start_at_ = value;
    return *this;
  }
  /// How much time `wait` and `skip_until` may let pass before they give up. Default: 10 years.
  TestOptions& longest_wait(Milliseconds value) {
    longest_wait_ = value;
    return *this;
  }
  /// How many turns may run in one call, of `advance` too, before it gives up, as code that goes round in
  /// circles would never come to rest. Default: 100,000.
  TestOptions& most_turns(std::uint64_t value) {
    most_turns_ = value;
    return *this;
  }

  [[nodiscard]] const RuntimeOptions& runtime() const { return runtime_; }
  [[nodiscard]] bool replay_each_turn() const { return replay_each_turn_; }
  [[nodiscard]] Timestamp start_at() const { return start_at_; }
  [[nodiscard]] Milliseconds longest_wait() const { return longest_wait_; }
  [[nodiscard]] std::uint64_t most_turns() const { return most_turns_; }

 private:
  RuntimeOptions runtime_;
  bool replay_each_turn_ = true;
  Timestamp start_at_;
  Milliseconds longest_wait_{std::chrono::hours{24 * 3652}};
  std::uint64_t most_turns_ = 100'000;
};

/// A whole system for a test: a store in memory, a runtime and a client, on a clock of the test and
/// without threads. Nothing waits, and each run is the same, but for guids and the tokens of activities,
/// which are random as ever.
///
///     TestSystem test;
///     test.register_orchestration("Order", order);
///     auto charge = test.mock_activity("Charge").returns("receipt");
///     CHECK(test.run("order-1", "Order", 500).output() == "receipt, confirmed");
///     CHECK(charge.input<int>() == 500);
///
/// Each call first does what it says and then lets everything run that can run without time passing.
/// Time passes in `advance`, `wait`, `run` and `skip_until`, from one timer to the next, so that each
/// fires at its own moment. What a call cannot do is a `TestError`.
///
/// Known to them are the timers in the store, those of retries and timeouts among them, the ends of
/// mocks that take time, and when activities that are coroutines have slept. What else the engine does when some time has passed (retention, sessions that
/// are idle, a grace for cancelled activities) comes in the next step of time that goes beyond it, and
/// nothing waits for that: use `advance`.
///
/// The runtime starts with the first call that needs it. What is registered or mocked afterwards
/// restarts it, and activities that have not completed are called again.
///
/// To be used on one thread, and not inside of activities, orchestrations and mocks.
class DUROXIDE_API TestSystem {
 public:
  explicit TestSystem(const TestOptions& options = TestOptions());
  /// With what a function registers: the one that the program itself uses, mostly.
  explicit TestSystem(Registrations registrations, const TestOptions& options = TestOptions());
  ~TestSystem();
  TestSystem(const TestSystem&) = delete;
  TestSystem& operator=(const TestSystem&) = delete;

  // --- what there is ------------------------------------------------------------------------------

  /// Has a function register more. Mistakes in registrations are told by the first call that runs
  /// something.
  TestSystem& register_all(Registrations registrations);
  /// As `Runtime::register_orchestration`, with a name or a handle.
  template <class Name, class F>
  TestSystem& register_orchestration(const Name& name, F orchestration) {
    return register_all([name = kept(name), orchestration](Runtime& runtime) {
      runtime.register_orchestration(name, orchestration);
    });
  }
  template <class Name, class F>
  TestSystem& register_versioned(const Name& name, std::string version, F orchestration) {
    return register_all([name = kept(name), version, orchestration](Runtime& runtime) {
      runtime.register_versioned(name, version, orchestration);
    });
  }
  template <class Name, class F>
  TestSystem& register_activity(const Name& name, F activity,
                                ActivityKind kind = duroxide::detail::natural_kind<F>) {
    return register_all([name = kept(name), activity, kind](Runtime& runtime) {
      runtime.register_activity(name, activity, kind);
    });
  }

  /// A mock in place of the activity of this name, registered or not. The same mock each time for the
  /// same name. It runs as an ordinary activity, whatever kind the real one is of.
  Mock mock_activity(std::string_view name);
  template <TypedActivity Handle>
  Mock mock_activity(const Handle& activity) {
    return mock_activity(activity.name());
  }
  /// A mock in place of the orchestration of this name, in each of its versions; as 1.0.0 if none is
  /// registered. Its `does` gets what an activity would get.
  Mock mock_orchestration(std::string_view name);
  template <TypedOrchestration Handle>
  Mock mock_orchestration(const Handle& orchestration) {
    return mock_orchestration(orchestration.name());
  }

  // --- what clients do ----------------------------------------------------------------------------

  /// Starts an instance, and waits for its end: `start` and `wait`.
  template <class Name, class In = std::string>
  OrchestrationStatus run(std::string_view instance, const Name& orchestration,
                          const In& input = In(), const StartOptions& options = StartOptions()) {
    start(instance, orchestration, input, options);
    return wait(instance);
  }
  /// Starts an instance, by the name of an orchestration or a handle, whose input is then checked.
  template <class Name, class In = std::string>
  void start(std::string_view instance, const Name& orchestration, const In& input = In(),
             const StartOptions& options = StartOptions()) {
    if constexpr (TypedOrchestration<Name>) {
      const typename Name::Input& checked = input;
      start_text(instance, orchestration.name(), text_of(checked), options);
    } else {
      start_text(instance, orchestration, text_of(input), options);
    }
  }
  template <class Data = std::string>
  void raise_event(std::string_view instance, std::string_view event, const Data& data = Data(),
                   const RaiseOptions& options = RaiseOptions()) {
    raise_text(instance, event, text_of(data), options);
  }
  template <class T>
  void raise_event(std::string_view instance, const ExternalEvent<T>& event,
                   const std::type_identity_t<T>& data,
                   const RaiseOptions& options = RaiseOptions()) {
    raise_text(instance, event.name(), text_of(data), options);
  }
  template <class Data = std::string>
  void enqueue_event(std::string_view instance, std::string_view queue, const Data& data = Data(),
                     const RaiseOptions& options = RaiseOptions()) {
    enqueue_text(instance, queue, text_of(data), options);
  }
  template <class T>
  void enqueue_event(std::string_view instance, const EventQueue<T>& queue,
                     const std::type_identity_t<T>& data,
                     const RaiseOptions& options = RaiseOptions()) {
    enqueue_text(instance, queue.name(), text_of(data), options);
  }
  /// Asks an instance for an update, and gives what its code answered, or refused with. Under the same
  /// id again if that was lost in a crash. Throws `TestError` if there is no answer without time passing:
  /// nobody handles the update, or the instance ends.
  template <class Out = std::string, class In = std::string>
  [[nodiscard]] Result<Out, ErrorDetails> update(std::string_view instance, std::string_view name,
                                                 const In& input = In()) {
    const auto answer = update_text(instance, name, text_of(input));
    if (!answer) {
      return failure(answer.error());
    }
    if constexpr (std::is_void_v<Out> || std::is_same_v<Out, Nothing>) {
      return {};
    } else {
      return decoded<Out>(*answer);
    }
  }
  template <class In, class Out>
  [[nodiscard]] Result<Out, ErrorDetails> update(std::string_view instance,
                                                 const Update<In, Out>& handle,
                                                 const std::type_identity_t<In>& input) {
    return update<Out, In>(instance, handle.name(), input);
  }
  void cancel(std::string_view instance, std::string_view reason = {});

  // --- time ---------------------------------------------------------------------------------------

  /// Lets time pass until the instance has ended. Throws `TestError`, which says what the instance waits
  /// for, if no timer is left, or time or turns go beyond the options.
  OrchestrationStatus wait(std::string_view instance);
  /// Lets time pass until `holds`, which is asked after each step of time. Throws `TestError` as `wait`.
  void skip_until(const std::function<bool()>& holds);
  /// Lets so much time pass. Throws `TestError` if more turns run meanwhile than
  /// `TestOptions::most_turns`.
  template <class Rep, class Period>
  void advance(std::chrono::duration<Rep, Period> time) {
    const auto step = checked_milliseconds(time);
    if (!step) {
      throw TestError("time can be advanced by 0 to 100 years");
    }
    advance_milliseconds(*step);
  }
  [[nodiscard]] Timestamp now() const;
  /// Since the beginning of the test.
  [[nodiscard]] Milliseconds elapsed() const;

  // --- what has come of it ------------------------------------------------------------------------

  /// `NotFound` if there is no such instance.
  [[nodiscard]] OrchestrationStatus status(std::string_view instance);
  /// Of its last execution, or the one asked for.
  [[nodiscard]] History history(std::string_view instance,
                                std::optional<std::uint64_t> execution = std::nullopt);
  /// An entry of its key-value state; none if there is none. Throws `TestError` if it is no `T`.
  template <class T = std::string>
  [[nodiscard]] std::optional<T> value(std::string_view instance, std::string_view key) {
    const auto text = value_text(instance, key);
    return text ? std::optional<T>(decoded<T>(*text)) : std::nullopt;
  }
  /// What it waits for, for people; empty if it has ended.
  [[nodiscard]] std::string waits_for(std::string_view instance);
  /// The status of every instance as text, children included, by id.
  [[nodiscard]] std::map<std::string, std::string> outcomes();
  /// As `ManagementClient::export_instance` gives it, for `replay_json`.
  [[nodiscard]] std::string exported(std::string_view instance);

  // --- crashes ------------------------------------------------------------------------------------

  /// How many turns are durable so far, those of all instances together. Those are counted that have
  /// added to a history: a message that finds nobody who waits for it makes no turn that counts.
  [[nodiscard]] std::uint64_t turns() const;
  /// The process crashes as soon as the n-th turn is durable: everything in memory is lost, the store is
  /// what its last commit has left of it, and the runtime starts again at once. Turns that share a commit
  /// stay or are lost together, as on a disk.
  TestSystem& crash_after_turn(std::uint64_t turn);
  /// The process crashes when the n-th turn has run and is to become durable. What made that turn run
  /// may be lost with it, so an activity whose result it took runs again.
  TestSystem& crash_before_turn(std::uint64_t turn);
  /// The process crashes now.
  void crash();
  /// How often it has crashed.
  [[nodiscard]] std::uint64_t crashes() const;

  // --- all the rest -------------------------------------------------------------------------------

  /// A client of the store, for what is not here. Its blocking calls run what they need. A crash, and a
  /// restart of the runtime, closes it: ask for it again.
  [[nodiscard]] Client& client();
  [[nodiscard]] const std::shared_ptr<ManualClock>& clock() const;

 private:
  /// A name or a handle to be kept: a text becomes a string.
  template <class Name>
  static auto kept(const Name& name) {
    if constexpr (TextPayload<Name>) {
      return std::string(std::string_view(name));
    } else {
      return name;
    }
  }
  template <class T>
  static std::string text_of(const T& value) {
    auto text = encode_payload(value);
    if (!text) {
      throw TestError(text.error());
    }
    return std::move(*text);
  }

  void start_text(std::string_view instance, std::string_view orchestration, std::string input,
                  const StartOptions& options);
  void raise_text(std::string_view instance, std::string_view event, std::string data,
                  const RaiseOptions& options);
  void enqueue_text(std::string_view instance, std::string_view queue, std::string data,
                    const RaiseOptions& options);
  [[nodiscard]] Result<std::string, ErrorDetails> update_text(std::string_view instance,
                                                              std::string_view name,
                                                              std::string input);
  void advance_milliseconds(Milliseconds step);
  [[nodiscard]] std::optional<std::string> value_text(std::string_view instance,
                                                      std::string_view key);

  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace duroxide::DUROXIDE_ABI::testkit
