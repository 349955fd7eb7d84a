#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <duroxide/context.hpp>
#include <duroxide/detail/update_handler.hpp>

#include "model/boxed.hpp"
#include "model/execution_state.hpp"
#include "model/kinds.hpp"
#include "replay/call_driver.hpp"
#include "replay/execution.hpp"
#include "replay/slot.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

/// The state of one execution and the two sides that work on it: the code, through its
/// `OrchestrationContext`, and the driver, with history and messages.
///
/// History holds commands (what the code decided) and arrivals (what came to it) in the order in
/// which they happened. The driver feeds arrivals one at a time and lets the code run until it waits
/// again. While there is recorded history, each command must repeat the next recorded event; beyond
/// it, each command is new and appended. So a live turn and a replay differ in nothing else.
class ExecutionCore final : private Completion {
 public:
  ExecutionCore(std::shared_ptr<const replay::Assignment> assignment,
                std::shared_ptr<const replay::TurnServices> services);
  ExecutionCore(const ExecutionCore&) = delete;
  ExecutionCore& operator=(const ExecutionCore&) = delete;
  ~ExecutionCore();

  // --- the code's side ---

  [[nodiscard]] const replay::Assignment& assignment() const { return assignment_; }
  [[nodiscard]] bool is_replaying() const { return replaying_; }
  /// A retry policy makes another attempt.
  void count_retry() {
    if (!replaying_) {
      ++result().retries;
    }
  }
  /// As the code may see it: during replay, what it had seen at this point before.
  [[nodiscard]] std::uint64_t history_size() const {
    return history_ != nullptr ? cursor_ : next_event_id_ - 1;
  }
  [[nodiscard]] const replay::TurnServices& services() const { return *services_; }
  [[nodiscard]] const Headers& headers() const { return headers_; }

  std::shared_ptr<Slot> call_activity(std::string_view name, Payload input,
                                      const ActivityOptions& options);
  std::shared_ptr<Slot> call_child(std::string_view name, Payload input,
                                   const SubOrchestrationOptions& options);
  std::shared_ptr<Slot> schedule_timer(Milliseconds delay);
  /// The code asks for, or waits for, something of this kind; what goes out for it follows from the
  /// table of kinds.
  std::shared_ptr<Slot> schedule(EventKind kind);
  /// The code decides something of which nothing comes back. Gives what stands in the history: where
  /// that is replayed it is what was decided at first.
  template <class Kind>
  Kind record(Kind kind) {
    Event event = record_event(kind);
    return event.event_id == 0 ? std::move(kind) : std::get<Kind>(std::move(event.kind));
  }
  [[nodiscard]] const model::InstanceState& state() const { return state_.shown(); }
  /// What `make` returns, or has returned when it was recorded; throws `SideEffectFailed`.
  Payload side_effect(std::string_view name, const std::function<std::string()>& make);
  void set_value(std::string_view key, Payload value);
  void set_custom_status(std::optional<std::string> status);
  /// Refuses an id that is none, or the instance's own.
  void require_other(std::string_view instance) const;
  [[nodiscard]] bool patched(std::string_view id);
  void deprecate_patch(std::string_view id);
  void continue_as_new(Payload input, std::optional<std::string> version);
  void on_update(std::string_view name, UpdateHandler handler);
  void on_query(std::string_view name, std::function<std::string(const Payload&)> handler);
  std::shared_ptr<Slot> wait_until(std::function<bool()> holds);
  void log(LogLevel level, std::string message) const;
  void drop(Slot& slot) noexcept;
  /// The request to stop; null if there is none.
  [[nodiscard]] const event::OrchestrationCancelRequested* cancel_request() const {
    return cancel_ ? &*cancel_ : nullptr;
  }
  void raise_shield() { ++shields_; }
  void lower_shield();
  /// See the functions of the same name in future.hpp.
  [[nodiscard]] bool interrupt_at_start(Slot& slot);

  // --- the driver's side: see replay::Execution ---

  void replay(const std::vector<Event>& history, bool has_ended_there);
  [[nodiscard]] replay::TurnResult run(const std::vector<WorkItem>& messages);
  [[nodiscard]] std::optional<replay::UpdateAnswer> answer(const provider::Question& question);
  [[nodiscard]] bool has_failed() const { return static_cast<bool>(failure_); }
  [[nodiscard]] replay::TurnResult fail(const std::vector<Event>& history,
                                        const std::vector<WorkItem>& messages,
                                        ErrorDetails details);
  [[nodiscard]] InterceptedExecution intercepted() const;
  [[nodiscard]] bool is_wanted() const { return is_wanted_; }

 private:
  /// What is open, and what it takes to close it.
  struct Open {
    std::shared_ptr<Slot> slot;
    model::Whereabouts at;
    Timestamp since;
  };
  struct NextExecution {
    Payload input;
    std::optional<std::string> version;
  };

  /// What belongs to one turn and ends with it.
  struct Turn {
    replay::TurnResult result;
    std::vector<std::uint64_t> to_run_at_once;  ///< activities that may be run within it
    std::vector<std::uint64_t> done_at_once;    ///< those that were
    std::uint64_t bytes_at_once = 0;            ///< that these have returned
    /// Steps that an interceptor has refused and that were not answered yet, in order.
    std::vector<std::pair<std::uint64_t, WorkItem>> refused;
    std::size_t refusals_answered = 0;  ///< within it
  };

  /// What the code waits for to become true.
  struct Condition {
    std::shared_ptr<Slot> slot;
    std::function<bool()> holds;
  };
  /// What others may ask the code, and what it waits for because of it.
  struct Asking {
    std::map<std::string, std::shared_ptr<const UpdateHandler>, std::less<>> update_handlers;
    std::map<std::string, std::function<std::string(const Payload&)>, std::less<>> query_handlers;
    std::string accepted_update;  ///< by the validator, just now; its handler is called next
    std::vector<std::shared_ptr<const Condition>> conditions;  ///< in the order they were asked for
  };
  /// A function of the user's of which only what it returns counts.
  enum class PureCode : std::uint8_t { none, side_effect, validator, condition, query };
  class InPureCode;

  // execution_core.cpp: commands
  Event command(EventKind kind, std::uint64_t source_event_id = 0);
  [[nodiscard]] bool is_recorded_next(const EventKind& kind) const;
  [[nodiscard]] bool has_passed_here() const;
  Event append(EventKind kind, std::uint64_t source_event_id);
  Event record_event(EventKind kind);
  void send_request(const Event& event);
  void disown_futures();
  void cancel(const Open& open, const std::string& reason);
  void take_back(const Open& open, const std::string& reason);

  // execution_interceptors.cpp: what interceptors say to new steps, and what they are told of ended ones
  void intercept(EventKind& kind);
  void set_headers(Headers headers);
  [[nodiscard]] bool forget_refused(std::uint64_t event_id);
  void answer_refused();
  void note_end(const Open& open, EndedStep::Outcome outcome, const ErrorDetails* error = nullptr);

  // execution_steps.cpp and pure_code.cpp: what the code asks for, and must not
  std::shared_ptr<Slot> schedule_activity(std::string_view name, Payload input,
                                          const ActivityOptions& options);
  std::shared_ptr<Slot> schedule_child(std::string_view name, Payload input,
                                       const SubOrchestrationOptions& options,
                                       const std::optional<std::string>& instance);
  std::shared_ptr<Slot> call(Call call);
  void make_side_effect(event::SideEffectRecorded& effect,
                        const std::function<std::string()>& make);
  [[nodiscard]] std::string misuse_of_pure_code(const std::string& what) const;
  void require_no_pure_code() const;
  /// What is to be awaited must not be asked for by the handler of an update.
  void require_awaitable(std::string_view what) const;
  [[nodiscard]] bool is_dropped_in_pure_code(const Slot& slot);

  // execution_updates.cpp: what others ask the code, and what it waits for because of it
  [[nodiscard]] Asking& asking();
  void forget_handlers();
  /// Null if there is none. Kept by whoever calls it: it may register another in its place.
  [[nodiscard]] std::shared_ptr<const UpdateHandler> find_update_handler(
      std::string_view name) const;
  void arrive_update(const work::UpdateRequest& update);
  [[nodiscard]] bool is_code_waiting() const;
  [[nodiscard]] bool handle_next_update();
  void handle_update(const std::shared_ptr<const UpdateHandler>& handler,
                     const event::UpdateReceived& update);
  void call_handler(const UpdateHandler& handler, const event::UpdateReceived& update,
                    event::UpdateAnswered& answered);
  [[nodiscard]] std::optional<ErrorDetails> refusal_of(const UpdateHandler& handler,
                                                       std::string_view name, const Payload& input);
  [[nodiscard]] bool is_recorded_as_refused(const std::string& id) const;
  void tell_answer(const event::UpdateAnswered& answered);
  [[nodiscard]] ErrorDetails no_such_query(const std::string& name) const;
  void ask_again_in_next_execution();
  [[nodiscard]] bool meet_conditions();
  [[nodiscard]] bool is_met(const Condition& condition);
  void forget_condition(const Slot& slot);

  // execution_cancel.cpp: cancellation
  void request_cancel(const event::OrchestrationCancelRequested& request);
  [[nodiscard]] bool is_interrupting() const;
  void interrupt_waits();
  void interrupt(Slot& slot);

  // execution_driver.cpp: arrivals
  /// The turn that runs.
  [[nodiscard]] Turn& turn();
  /// What it has decided so far.
  [[nodiscard]] replay::TurnResult& result() { return turn().result; }
  [[nodiscard]] bool has_refused() const { return turn_ && !turn_->refused.empty(); }
  [[nodiscard]] replay::TurnResult take_result();
  void begin(const Event& event);
  void begin_from(const WorkItem& message);
  void adopt(const std::vector<Event>& history);
  void arrive(const WorkItem& message);
  void deliver(const Event& event);
  void resolve(std::uint64_t event_id, model::StepOutcome outcome, std::uint64_t arrival = 0);
  void hand_to_wait(std::optional<model::Arrived> arrived);
  void arrive_for_step(const model::Answer& answer, const WorkItem& message);
  void report_state();
  void run_until_waiting();
  void run_code();
  void do_at_once();
  void run_at_once();
  void end_at_once();

  // execution_end.cpp
  void check_history_size();
  void finish_root();
  [[nodiscard]] replay::Outcome outcome_of_root();
  [[nodiscard]] replay::Outcome outcome_of_cancelled_root();
  [[nodiscard]] replay::Outcome cancelled_by(
      const event::OrchestrationCancelRequested& request) const;
  void finish(replay::Outcome outcome);
  void begin_next_execution();
  void hand_on(const WorkItem& message);
  void hand_on_update(const work::UpdateRequest& update);
  void close_everything(const std::string& reason);
  void tell_parent(const replay::Outcome& outcome);
  void done() noexcept override { root_done_ = true; }
  [[nodiscard]] std::string what_is_open() const;
  [[nodiscard]] ErrorDetails nondeterminism(std::uint64_t event_id, std::string recorded,
                                            std::string attempted,
                                            const std::string& difference = {}) const;

  std::shared_ptr<const replay::Assignment> shared_assignment_;
  const replay::Assignment& assignment_;
  std::shared_ptr<const replay::TurnServices> services_;
  TurnScheduler scheduler_;

  const std::vector<Event>* history_ = nullptr;  ///< only during `replay`
  std::size_t cursor_ = 0;
  bool replaying_ = false;
  bool has_ended_there_ = false;  ///< behind the history that is replayed

  std::uint64_t next_event_id_ = 1;
  std::optional<ParentLink> parent_;
  Headers headers_;
  bool is_wanted_ = true;  ///< by interceptors, once it has begun
  Timestamp began_at_{};
  /// By event id: the kind of event that ever scheduled something, by its place in `EventKind`.
  std::vector<std::optional<std::size_t>> scheduled_;
  std::map<std::uint64_t, Open> open_;
  std::map<std::uint64_t, Slot*> calls_;  ///< of several steps; by the id of their first
  model::ExecutionState state_;
  std::map<std::string, bool, std::less<>> patches_;          ///< asked for, and the answer
  model::Boxed<event::OrchestrationCancelRequested> cancel_;  ///< the instance is asked to stop
  bool cancel_told_ = false;                                  ///< and the code knows
  std::uint32_t shields_ = 0;
  std::uint32_t interruptions_ = 0;
  std::optional<NextExecution> next_execution_;
  model::Boxed<ErrorDetails> failure_;  ///< the engine's own verdict; user code cannot undo it
  bool root_done_ = false;
  bool finished_ = false;
  bool closing_ = false;  ///< frames are being destroyed: drops record nothing
  bool history_warned_ = false;
  PureCode pure_code_ = PureCode::none;  ///< that runs
  bool in_update_ = false;               ///< the handler of an update runs
  std::unique_ptr<Asking> asking_;       ///< none of code that neither is asked nor waits so
  /// None between turns: an instance that waits is small.
  std::unique_ptr<Turn> turn_;
  Task<std::string> root_;
};

/// Gives a slot its outcome and tells whoever awaits it.
void complete(Slot& slot, model::StepOutcome outcome);

}  // namespace duroxide::DUROXIDE_ABI::detail
