#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <duroxide/clock.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/events.hpp>
#include <duroxide/headers.hpp>
#include <duroxide/result.hpp>

namespace duroxide::DUROXIDE_ABI {

/// Why an interceptor says no. Whoever has asked is told.
struct Refusal {
  std::string message;
};

/// Go on, or a `Refusal`.
using Admission = Result<void, Refusal>;

/// `return refuse("…");` in a hook.
[[nodiscard]] inline Admission refuse(std::string message) {
  return failure(Refusal{std::move(message)});
}

// What hooks are told. What the structures refer to is there until the hook returns.

/// A start that a client is about to ask for.
struct InterceptedStart {
  std::string_view instance;
  std::string_view orchestration;
  std::string_view input;
  Headers& headers;  ///< that the instance will have; may be changed
};

/// An execution of an instance.
struct InterceptedExecution {
  std::string_view instance;
  std::uint64_t execution_id = 0;
  std::string_view orchestration;
  std::string_view version;
  const Headers& headers;
  /// The call of the parent's that it answers, if its `execution_id` is not 0.
  const std::optional<ParentLink>& parent;
  Timestamp began_at;
};

/// A turn of an execution that is to run, or that has run and is on the disk.
struct InterceptedTurn {
  std::string_view instance;
  std::uint64_t execution_id = 0;
  std::string_view orchestration;  ///< empty before the first turn
  std::size_t messages = 0;        ///< that it takes
  std::uint32_t attempt = 1;       ///< more than 1 if earlier ones have not come to an end
  bool replays = false;            ///< its code is brought back from its history first
  Timestamp at{};                  ///< when it begins; behind it, when its code had come to rest
};

/// What an execution has come to at the end of a turn.
enum class TurnOutcome : std::uint8_t { waits, completed, failed, cancelled, continued_as_new };

/// What an execution can have asked for, or wait for.
enum class StepKind : std::uint8_t {
  activity,       ///< a call, with all its deliveries
  timer,          ///< also the pauses and limits of a retry policy
  event,          ///< a wait for an event
  queue_message,  ///< a wait for a message of a queue
  child,          ///< a child orchestration, over all its executions
  detached,       ///< a detached start, of which nothing comes back
  value,          ///< a read of another instance's value
  end,            ///< a wait for the end of another instance
};

/// A step that the code takes for the first time.
struct InterceptedStep {
  StepKind kind = StepKind::activity;
  std::uint64_t event_id = 0;
  std::string_view name;   ///< of the activity, the event, the queue, the child's orchestration;
                           ///< the id of the instance whose end is waited for
  std::string_view child;  ///< the instance of a child or a detached start
  std::string_view input;  ///< of an activity, a child or a detached start
  /// That the activity, the child or the detached instance will have; may be changed.
  Headers& headers;
};

/// A step that is over.
struct EndedStep {
  enum class Outcome : std::uint8_t {
    succeeded,
    failed,
    given_up,  ///< the code no longer wanted it, or has ended
  };
  StepKind kind = StepKind::activity;
  Outcome outcome = Outcome::succeeded;
  std::uint64_t event_id = 0;
  std::string name;
  Timestamp began_at;
  Timestamp ended_at;
  std::string error;  ///< of one that has failed
};

/// One delivery of an activity call. A retry policy makes calls of their own.
struct InterceptedActivity {
  std::string_view instance;
  std::uint64_t execution_id = 0;
  std::uint64_t event_id = 0;     ///< that has scheduled the call
  std::uint64_t incarnation = 0;  ///< another one for a call that a rewind makes again
  std::string_view orchestration;
  std::string_view activity;
  std::string_view input;
  std::uint32_t attempt = 1;
  Timestamp began_at;
  /// As this delivery sees them. A change is for it alone, and is not recorded.
  Headers& headers;
};

/// Which hooks of an interceptor are called; see `Interceptor::hooks`. All, if nothing else is said.
struct InterceptorHooks {
  /// To begin with, for one that needs few.
  [[nodiscard]] static constexpr InterceptorHooks none() {
    return {false, false, false, false, false, false, false, false};
  }

  bool after_start = true;
  bool before_turn = true;
  bool after_turn = true;       ///< `after_turn`, whatever the turn has come to
  bool after_execution = true;  ///< `after_turn` of the turn with which an execution ends
  bool before_step = true;
  bool after_step = true;       ///< `after_step` of all but calls of activities
  bool after_call = true;       ///< `after_step` of calls of activities
  bool around_activity = true;  ///< `before_activity`, `before_headers` and `after_activity`
};

/// Hooks around what a client and a runtime do, to measure, to refuse, or to change headers. Derive from it
/// and override what you need; give it to `RuntimeOptions::interceptor` and `Client::with_interceptor`.
/// With several, those before go in the order in which they were given, and those after in the reverse.
///
/// **Threads.** Each hook says on which thread it runs. Several may run at once, one and the same also.
/// On the engine's thread a hook must not block, as orchestration code must not.
///
/// **Again.** No hook is called for what is replayed. `before_turn`, `before_step`, `before_activity` and
/// `after_activity` are called before what they are about is on the disk, so a crash, or a store that
/// refuses a turn, has them called again for the same thing; `after_turn` and `after_step` are called once
/// it is there, and are left out if the process ends just then.
///
/// **Cost.** What a hook is told is made for it, and the store answers a turn of which anybody is told, which
/// takes longer than a step of the engine's own. So say in `hooks` and `wants` what you need: the rest costs
/// nothing.
///
/// **Exceptions** stay within. In a hook that can refuse, an exception refuses, with its words; elsewhere
/// it goes to the log and changes nothing.
class DUROXIDE_API Interceptor {
 public:
  Interceptor() = default;
  Interceptor(const Interceptor&) = delete;
  Interceptor& operator=(const Interceptor&) = delete;
  virtual ~Interceptor();

  /// Which hooks it needs beside `before_start`, which is always called. Asked once by each client and each
  /// runtime that it is given to. A hook that is left out is not called.
  [[nodiscard]] virtual InterceptorHooks hooks() const;
  /// Whether it needs to hear of instances that have these headers. Asked when an execution comes into memory,
  /// and before a delivery of an activity, so it must be quick, and say the same of the same headers. If all
  /// interceptors of a runtime say no, no hook is called for that instance but `before_turn` and those around
  /// a start; else the hooks of all are. On the thread of the hooks that follow.
  [[nodiscard]] virtual bool wants(const Headers& headers) const;

  /// A client is asked to start an instance. On the thread of the caller. Refused, the call is answered
  /// with `ClientError::Kind::start_refused` and nothing is sent. Headers that exceed their limits are
  /// `invalid_input` of the call.
  [[nodiscard]] virtual Admission before_start(InterceptedStart& start);
  /// It was answered; `error` is null if it was well. On the engine's thread. Not called for a start that
  /// an interceptor has refused, not even for those that were asked before that one.
  virtual void after_start(std::string_view instance, const ClientError* error);

  /// A turn is about to run. On the engine's thread, as the next three.
  virtual void before_turn(const InterceptedTurn& turn);
  /// It is on the disk, with all that it has decided.
  virtual void after_turn(const InterceptedExecution& execution, const InterceptedTurn& turn,
                          TurnOutcome outcome);
  /// The code takes a step for the first time. Changed headers are recorded with an activity, a child or
  /// a detached start, so whoever has to do with it later sees the same; ones that exceed their limits
  /// refuse it. An activity or a child that is refused does not begin: the code gets the refusal as its
  /// failure, which is recorded. Of another kind a refusal only goes to the log.
  [[nodiscard]] virtual Admission before_step(const InterceptedExecution& execution,
                                              InterceptedStep& step);
  /// It is over, and that is on the disk. A detached start has no end.
  virtual void after_step(const InterceptedExecution& execution, const EndedStep& step);

  /// A delivery of an activity begins. On the thread on which it runs: see `ActivityKind`. Of one that was
  /// registered with an executor: on a thread of the engine's, before it is posted. Refused, the call fails
  /// with the refusal, and is not tried again by a policy.
  [[nodiscard]] virtual Admission before_activity(InterceptedActivity& activity);
  /// The activity is about to look at its headers, for the first time in this delivery. What is changed here
  /// is only made for those that look. Changes that exceed the limits of headers are dropped, and logged. On
  /// the thread that looks. Not called for a delivery that does not.
  virtual void before_headers(InterceptedActivity& activity);
  /// It has ended, or was refused; `error` is null if it was well, or has left its call open. On the same
  /// thread; of one that was registered with an executor after it has returned there. Not called for a
  /// coroutine that is given back when a runtime stops.
  virtual void after_activity(const InterceptedActivity& activity, Timestamp ended_at,
                              const ErrorDetails* error);
};

}  // namespace duroxide::DUROXIDE_ABI
