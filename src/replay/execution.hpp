#pragma once

// The replay core: (history, messages) -> (new events, commands). It drives the coroutine of one
// execution and knows no actor, no I/O, no lock and no clock but the one it is handed.

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <duroxide/events.hpp>
#include <duroxide/handlers.hpp>
#include <duroxide/interceptor.hpp>
#include <duroxide/log.hpp>
#include <duroxide/provider_messages.hpp>
#include <duroxide/work_items.hpp>

namespace duroxide::replay {

/// What the outside world supplies to a turn.
struct TurnServices {
  std::function<Timestamp()> now;
  std::function<std::string()> new_guid;
  LogSink log;
  /// Runs an activity within the turn that calls it, and gives the message that it leads to. None if the
  /// activity has to go out like any other. Empty if there is none that can be run so.
  std::function<std::optional<WorkItem>(const work::ActivityExecute&)> run_at_once;
  /// Asked before each step that is new; one that is refused does not go out. Empty if nobody asks.
  std::function<Admission(const InterceptedExecution&, InterceptedStep&)> before_step;
  bool notes_ended_steps = false;  ///< all but calls of activities, in `TurnResult::ended_steps`
  bool notes_ended_calls = false;  ///< of activities, there too
  /// Whether an execution with these headers is one of which steps are asked about and noted. Empty if all
  /// are.
  std::function<bool(const Headers&)> wants;
  /// In one turn, and what may come of them together; those beyond go out. As many refused steps are
  /// answered in one turn; the failures of those beyond are sent to the execution itself.
  std::size_t most_run_at_once = 256;
  std::uint64_t most_bytes_at_once = std::uint64_t{1} << 20;
  std::uint64_t history_warning = 0;  ///< log once when an execution has so many events; 0: never
  std::uint64_t history_limit = 0;    ///< fail the execution beyond so many; 0: never
  std::size_t max_values = std::numeric_limits<std::size_t>::max();
  std::size_t max_value_bytes = std::numeric_limits<std::size_t>::max();
  std::size_t max_custom_status_bytes = std::numeric_limits<std::size_t>::max();
};

struct StillRunning {};
struct Completed {
  Payload output;
};
struct Failed {
  ErrorDetails details;
};
/// The next execution's start message is among `TurnResult::messages`.
struct ContinuedAsNew {
  Payload input;
};
using Outcome = std::variant<StillRunning, Completed, Failed, ContinuedAsNew>;

// What a turn changes is what its ack tells the store.
using provider::CustomStatusChange;
using provider::TimerKey;
using provider::UpdateAnswer;
using provider::ValueChange;

/// What one turn has decided. Nothing of it has happened yet.
struct TurnResult {
  std::vector<Event> events;  ///< to append; a terminal event, if any, is the last
  std::vector<work::ActivityExecute> activities;
  std::vector<work::TimerFired> timers;
  std::vector<WorkItem> messages;  ///< to other instances, or the next execution of this one
  std::vector<std::uint64_t> cancelled_activities;
  std::vector<TimerKey> cancelled_timers;
  std::vector<ValueChange> values;  ///< the last change of each key, by key
  std::optional<CustomStatusChange> custom_status;
  std::vector<UpdateAnswer> updates;  ///< that this turn has answered, or answered again
  /// The messages, by their place from 0 on, that are neither recorded nor rightly dropped, because
  /// the execution ended before they were looked at. What the next execution is handed is not among
  /// them.
  std::vector<std::uint64_t> untaken;
  /// Attempts of calls, beyond the first of each, that a retry policy has made.
  std::uint64_t retries = 0;
  std::vector<EndedStep> ended_steps;  ///< if anybody is to be told of them
  Outcome outcome;

  [[nodiscard]] bool is_terminal() const { return !std::holds_alternative<StillRunning>(outcome); }
};

/// Which code an execution runs.
struct Assignment {
  std::string instance;
  std::uint64_t execution_id = 1;
  std::string orchestration;
  std::string version;
  std::shared_ptr<const OrchestrationHandler> handler;
};

/// One execution in memory: its suspended coroutine and what that waits for.
class Execution {
 public:
  Execution(Assignment assignment, TurnServices services);
  /// With what others have, too. Neither is null.
  Execution(std::shared_ptr<const Assignment> assignment,
            std::shared_ptr<const TurnServices> services);
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;
  ~Execution();

  /// Rebuilds the execution from its history. Call it at most once, before `run`, and not at all for
  /// an execution without a history. `has_ended_there`: the execution that has left this history has
  /// ended behind it, so the code comes to no place that is new; a patch whose mark is not recorded is
  /// off there.
  void replay(const std::vector<Event>& history, bool has_ended_there = false);

  /// Takes messages, in order, and runs the code as far as it goes. The first message of an
  /// execution without a history must be its start (`StartOrchestration` or `ContinueAsNew`).
  /// Messages for another execution, repeated ones and results of what was cancelled change nothing.
  /// If `replay` has failed, the turn fails the execution with that.
  [[nodiscard]] TurnResult run(const std::vector<WorkItem>& messages);

  /// What the code, as it waits now, says to a question; or, after a `replay` that has failed, why it
  /// cannot be asked. None if it has ended.
  [[nodiscard]] std::optional<UpdateAnswer> answer(const provider::Question& question);

  /// Whether the next turn would fail it: its `replay` has failed, or what it was asked has. The second
  /// says nothing of the instance, as a question leaves no trace: go on with another, made from the
  /// history.
  [[nodiscard]] bool has_failed() const;

  /// Ends the execution with `details` without running its code, which may not even exist: it was
  /// started too often, say. What is open is closed as at any end, and a parent is told. `history` is
  /// that of an execution which is not in memory; empty for a resident or a new one.
  [[nodiscard]] TurnResult fail(const std::vector<Event>& history,
                                const std::vector<WorkItem>& messages, ErrorDetails details);

  /// Number of events in the history, new ones included.
  [[nodiscard]] std::uint64_t history_size() const;

  /// What interceptors are told of it; refers to the execution.
  [[nodiscard]] InterceptedExecution intercepted() const;
  /// Whether they want to be told: see `TurnServices::wants`. Once it has begun.
  [[nodiscard]] bool is_wanted() const;

 private:
  std::unique_ptr<detail::ExecutionCore> core_;
};

}  // namespace duroxide::replay
