#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/context.hpp>

#include "replay/call_driver.hpp"
#include "replay/execution.hpp"
#include "replay/external_events.hpp"
#include "replay/instance_state.hpp"

namespace duroxide::detail {

/// The state of one execution and the two sides that work on it: the code, through its
/// `OrchestrationContext`, and the driver, with history and messages.
///
/// History holds commands (what the code decided) and arrivals (what came to it) in the order in
/// which they happened. The driver feeds arrivals one at a time and lets the code run until it waits
/// again. While there is recorded history, each command must repeat the next recorded event; beyond
/// it, each command is new and appended. So a live turn and a replay differ in nothing else.
class ExecutionCore final : private Completion {
 public:
  ExecutionCore(replay::Assignment assignment, replay::TurnServices services);
  ExecutionCore(const ExecutionCore&) = delete;
  ExecutionCore& operator=(const ExecutionCore&) = delete;
  ~ExecutionCore();

  // --- the code's side ---

  [[nodiscard]] const replay::Assignment& assignment() const { return assignment_; }
  [[nodiscard]] bool is_replaying() const { return replaying_; }
  /// As the code may see it: during replay, what it had seen at this point before.
  [[nodiscard]] std::uint64_t history_size() const {
    return history_ != nullptr ? cursor_ : next_event_id_ - 1;
  }
  [[nodiscard]] const replay::TurnServices& services() const { return services_; }

  std::shared_ptr<Slot> call_activity(std::string_view name, std::string input,
                                      const ActivityOptions& options);
  std::shared_ptr<Slot> call_child(std::string_view name, std::string input,
                                   const SubOrchestrationOptions& options);
  std::shared_ptr<Slot> schedule_timer(Milliseconds delay);
  std::shared_ptr<Slot> wait_for_event(std::string_view name);
  std::shared_ptr<Slot> dequeue(std::string_view queue);
  std::shared_ptr<Slot> read_value(std::string_view instance, std::string_view key);
  [[nodiscard]] const replay::InstanceState& state() const { return state_; }
  void set_value(std::string_view key, std::string value);
  void clear_value(std::string_view key);
  void clear_values();
  void set_custom_status(std::optional<std::string> status);
  [[nodiscard]] bool patched(std::string_view id);
  void deprecate_patch(std::string_view id);
  void schedule_detached(std::string_view name, std::string_view instance, std::string input,
                         std::optional<std::string> version);
  void continue_as_new(std::string input, std::optional<std::string> version);
  [[nodiscard]] Timestamp utc_now();
  [[nodiscard]] std::string new_guid();
  void log(LogLevel level, std::string message) const;
  void drop(Slot& slot) noexcept;
  [[nodiscard]] const std::optional<std::string>& cancel_reason() const { return cancel_reason_; }
  void raise_shield() { ++shields_; }
  void lower_shield();
  /// See the functions of the same name in future.hpp.
  [[nodiscard]] bool interrupt_at_start(Slot& slot);

  // --- the driver's side: see replay::Execution ---

  void replay(const std::vector<Event>& history);
  [[nodiscard]] replay::TurnResult run(const std::vector<WorkItem>& messages);
  [[nodiscard]] replay::TurnResult fail(const std::vector<Event>& history,
                                        const std::vector<WorkItem>& messages,
                                        ErrorDetails details);

 private:
  /// What is open, and what it takes to close it.
  struct Open {
    std::shared_ptr<Slot> slot;
    Timestamp fire_at;           ///< timers
    std::string child_instance;  ///< sub-orchestrations
  };
  struct NextExecution {
    std::string input;
    std::optional<std::string> version;
  };

  // execution_core.cpp: commands
  Event command(EventKind kind, std::uint64_t source_event_id = 0);
  [[nodiscard]] bool is_recorded_next(const EventKind& kind) const;
  Event append(EventKind kind, std::uint64_t source_event_id);
  void disown_futures();
  [[nodiscard]] replay::ExternalEvents* events_of(SlotKind kind);
  std::shared_ptr<Slot> open(SlotKind kind, std::uint64_t event_id, std::string_view name);
  void cancel(const Open& open, const std::string& reason);

  // execution_steps.cpp: what the code asks for
  std::shared_ptr<Slot> schedule_activity(std::string_view name, std::string input,
                                          const ActivityOptions& options);
  std::shared_ptr<Slot> schedule_child(std::string_view name, std::string input,
                                       const std::optional<std::string>& version,
                                       const std::optional<std::string>& instance);
  std::shared_ptr<Slot> call(Call call);
  std::shared_ptr<Slot> wait_in(replay::ExternalEvents& events, std::shared_ptr<Slot> slot);

  // execution_cancel.cpp: cancellation
  void request_cancel(const std::string& reason);
  [[nodiscard]] bool is_interrupting() const;
  void interrupt_waits();

  // execution_driver.cpp: arrivals
  void begin(const event::OrchestrationStarted& started);
  void begin_from(const WorkItem& message);
  void adopt(const std::vector<Event>& history);
  void arrive(const WorkItem& message);
  void deliver(const Event& event);
  void resolve(std::uint64_t event_id, Result<std::string, ErrorDetails> outcome);
  template <class Kind>
  void arrive_for_schedule(SlotKind expected, std::uint64_t execution_id, std::uint64_t event_id,
                           Kind kind);
  void settle();

  // execution_end.cpp
  void check_history_size();
  void finish_root();
  [[nodiscard]] replay::Outcome outcome_of_root();
  [[nodiscard]] replay::Outcome outcome_of_cancelled_root();
  [[nodiscard]] replay::Outcome cancelled_with(const std::string& reason) const;
  void finish(replay::Outcome outcome);
  void begin_next_execution();
  void hand_on(const WorkItem& message);
  void close_everything(const std::string& reason);
  void tell_parent(const replay::Outcome& outcome);
  void done() noexcept override { root_done_ = true; }
  [[nodiscard]] ErrorDetails nondeterminism(std::uint64_t event_id, std::string recorded,
                                            std::string attempted) const;

  replay::Assignment assignment_;
  replay::TurnServices services_;
  TurnScheduler scheduler_;

  const std::vector<Event>* history_ = nullptr;  ///< only during `replay`
  std::size_t cursor_ = 0;
  bool replaying_ = false;

  std::uint64_t next_event_id_ = 1;
  std::optional<ParentLink> parent_;
  std::vector<std::optional<SlotKind>> scheduled_;  ///< by event id: what was ever scheduled
  std::map<std::uint64_t, Open> open_;
  std::map<std::uint64_t, Slot*> calls_;  ///< of several steps; by the id of their first
  replay::ExternalEvents external_events_;
  replay::ExternalEvents queued_events_;
  replay::InstanceState state_;
  std::map<std::string, bool, std::less<>> patches_;  ///< asked for, and the answer
  std::optional<std::string> cancel_reason_;          ///< somebody has asked the instance to stop
  bool cancel_told_ = false;                          ///< and the code knows
  std::uint32_t shields_ = 0;
  std::uint32_t interruptions_ = 0;
  std::optional<NextExecution> next_execution_;
  std::optional<ErrorDetails> failure_;  ///< the engine's own verdict; user code cannot undo it
  bool root_done_ = false;
  bool finished_ = false;
  bool closing_ = false;  ///< frames are being destroyed: drops record nothing
  bool history_warned_ = false;

  replay::TurnResult result_;
  Task<std::string> root_;
};

}  // namespace duroxide::detail
