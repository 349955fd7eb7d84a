#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <duroxide/clock.hpp>
#include <duroxide/log.hpp>
#include <duroxide/management_protocol.hpp>
#include <duroxide/provider.hpp>

#include "client/acts.hpp"
#include "client/answers.hpp"
#include "model/process_mark.hpp"
#include "protocol/alarm.hpp"
#include "protocol/enqueue_many.hpp"

namespace duroxide::client {

using CompanionActor = actors::Actor<actors::Accepts<ActsCame>, actors::Accepts<actors::Tick>,
                                     actors::Accepts<storage::EnqueuesAnswered>>;

/// What an actor of a facade goes by.
struct Surroundings {
  std::shared_ptr<Clock> clock = system_clock();
  LogSink log = stderr_log_sink(LogLevel::warn);  ///< for what callbacks throw
  std::shared_ptr<const std::atomic<bool>> store_was_closed =
      {};                           ///< by `Store::close`; null if never
  model::ProcessMark process = {};  ///< that has the store's threads
};

/// What a companion's handles know of it without asking.
struct CompanionState {
  CompanionState(const model::ProcessMark& opener, std::shared_ptr<Clock> store_clock)
      : process(opener), clock(std::move(store_clock)) {}

  std::atomic<std::size_t> busy{
      0};  ///< requests that are on their way or open, each with a callback
  Acts acts;
  model::ProcessMark process;
  std::shared_ptr<Clock> clock;
};

/// The actor that speaks to a store for one facade and its copies. It has no thread of its own. All
/// calls may be made on any thread; callbacks come on the engine's threads, one at a time. In a process
/// that was forked of the one with the store's threads there is no actor, and nothing is ever asked.
class Companion {
 public:
  /// Nobody.
  Companion() = default;
  /// Of a store's provider, or of its management.
  explicit Companion(ProviderActor provider, Surroundings surroundings = Surroundings());
  explicit Companion(ManagementActor management, Surroundings surroundings = Surroundings());
  [[nodiscard]] static Companion for_provider(const Store& store);
  [[nodiscard]] static Companion for_management(const Store& store);

  explicit operator bool() const { return state_ != nullptr; }

  /// Defined for the requests of `calls_control.cpp` on a provider's companion, for those of
  /// `calls_management.cpp` on one of management.
  template <class Request>
  void ask(Request request, OnAnswerOf<Request> on_answer) const;

  /// A wait that is taken back after some time of the store's clock. `on_answer` gets the store's
  /// answer, and whether that is the end of the matter; if not, it is what was there when the time
  /// was up. For what waits.
  template <class Request>
  void ask_within(Request wait, Milliseconds timeout,
                  std::function<void(AnswerOf<Request>, bool is_final)> on_answer) const;

  /// Asks for a start that is refused if there is the instance. Thousands may wait until there is room for
  /// them, so each takes less memory than a request does.
  void start(work::StartOrchestration start, std::optional<Milliseconds> delay,
             OnAnswerOf<provider::EnqueueOrchestratorWork> on_answer) const;

  /// What follows a start.
  enum class AfterStart : std::uint8_t { nothing, look, wait };

  /// Starts an instance, or finds it, and then makes `wait`, only looks how its instance does, or ends, as
  /// `on_started` says when it gets the answer. These are parts of one call: neither a thread is woken
  /// between them nor an actor. `on_end` gets the answer to the second part, if there is one.
  void start_and_wait(provider::StartOrFind start, provider::WaitForStatus wait,
                      std::function<AfterStart(const AnswerOf<provider::StartOrFind>&)> on_started,
                      OnAnswerOf<provider::WaitForStatus> on_end) const;

  void stop_waiting(std::uint64_t wait_id) const;
  /// Takes back what is open of a call, which then is answered as cancelled, unless it is over.
  void cancel(std::shared_ptr<Call> call) const;
  /// For answers that need no store, nor room for a request of it.
  void run(std::function<void()> action) const;
  /// Ends it once everything is answered.
  void close() const;
  /// Ends it now: what is open is answered as cancelled, and when this returns no callback can run any
  /// more but the one that this was called from; if that is one of its own, what was asked just before is
  /// answered as cancelled behind it. Neither in a process that was forked, nor on a host's
  /// actor system from a thread that is lent to user code, is anything waited for.
  void end() const;

  [[nodiscard]] const CompanionActor& actor() const { return actor_; }

 private:
  void tell(std::function<void(Calls&)> action, bool is_urgent = false) const;
  /// The same for what will call back.
  void act(std::function<void(Calls&)> action, bool is_urgent = false) const;
  void hand_over(Act act) const;

  std::shared_ptr<CompanionState> state_;
  CompanionActor actor_;
};

}  // namespace duroxide::client
