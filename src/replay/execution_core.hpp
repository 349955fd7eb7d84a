#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/context.hpp>

#include "replay/execution.hpp"
#include "replay/external_events.hpp"

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

  std::shared_ptr<Slot> schedule_activity(std::string_view name, std::string input);
  std::shared_ptr<Slot> schedule_timer(Milliseconds delay);
  std::shared_ptr<Slot> wait_for_event(std::string_view name);
  std::shared_ptr<Slot> schedule_child(std::string_view name, std::string input,
                                       const SubOrchestrationOptions& options);
  void schedule_detached(std::string_view name, std::string_view instance, std::string input,
                         std::optional<std::string> version);
  void continue_as_new(std::string input, std::optional<std::string> version);
  [[nodiscard]] Timestamp utc_now();
  [[nodiscard]] std::string new_guid();
  void log(LogLevel level, std::string message) const;
  void drop(Slot& slot) noexcept;

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
  Event append(EventKind kind, std::uint64_t source_event_id);
  std::shared_ptr<Slot> open(SlotKind kind, std::uint64_t event_id, std::string_view name);
  void cancel(const Open& open, const std::string& reason);

  // execution_driver.cpp: arrivals and the end
  void begin(const event::OrchestrationStarted& started);
  void begin_from(const WorkItem& message);
  void adopt(const std::vector<Event>& history);
  void arrive(const WorkItem& message);
  void hand_on(const WorkItem& message);
  void cancelled(const std::string& reason);
  void deliver(const Event& event);
  void resolve(std::uint64_t event_id, Result<std::string, ErrorDetails> outcome);
  template <class Kind>
  void arrive_for_schedule(SlotKind expected, std::uint64_t execution_id, std::uint64_t event_id,
                           Kind kind);
  void settle();
  void check_history_size();
  void finish(replay::Outcome outcome);
  void finish_root();
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
  replay::ExternalEvents external_events_;
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
