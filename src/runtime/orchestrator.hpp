#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/metrics.hpp"
#include "protocol/watched_code.hpp"
#include "replay/execution.hpp"
#include "runtime/environment.hpp"
#include "runtime/messages.hpp"
#include "runtime/turn_hooks.hpp"

namespace duroxide::runtime {

/// Runs the turns of one instance, and keeps its suspended coroutine between them. A turn changes
/// nothing but this actor's own memory until the store has accepted its `AckOrchestrationItem`; if
/// the store refuses, that memory is ahead of the disk and is dropped.
class Orchestrator final : public OrchestratorActor::base, private actors::MayBeOverdue {
 public:
  Orchestrator(caf::actor_config& config, SharedEnvironment environment,
               std::shared_ptr<const replay::TurnServices> services, std::string instance);

  behavior_type make_behavior() override;
  void on_exit() override;

 private:
  /// The code of the instance runs, as long as this lives, and may last too long.
  class AtCode;

  void is_overdue(std::chrono::milliseconds so_far) const noexcept override;
  TurnEnded run_turn(RunTurn& turn);
  /// Of what is in the item, if it has any.
  void replay_history(const provider::OrchestrationItem& item);
  /// Replays what is in the item, and runs on from there.
  [[nodiscard]] replay::TurnResult run_code(const provider::OrchestrationItem& item);
  /// A turn without messages: it decides nothing.
  TurnEnded answer_questions(const RunTurn& turn);
  TurnEnded run_poisoned(RunTurn& turn);
  TurnEnded fail_without_code(RunTurn& turn, ErrorDetails details);
  [[nodiscard]] bool continues(const provider::OrchestrationItem& item) const;
  [[nodiscard]] Result<replay::Assignment, NotRegistered> assign(
      const provider::OrchestrationItem& item) const;
  /// Not while code runs: the thread that watches reads `assignment_` and `trace_id_`, in `record`.
  void make_execution(replay::Assignment assignment, const provider::OrchestrationItem& item);
  TurnEnded acknowledge(const RunTurn& turn, replay::TurnResult result);
  /// Null if nothing is measured.
  [[nodiscard]] model::Histogram* turn_durations() const;
  void count_turn(const provider::OrchestrationItem& item, const replay::TurnResult& result) const;
  void count_retries(std::uint64_t retries) const;
  [[nodiscard]] std::vector<LogRecord> lines_of(const provider::OrchestrationItem& item,
                                                const replay::Outcome& outcome) const;
  void drop_execution();
  /// The store has not taken that turn. If it is the last one, this memory is ahead of the disk; that of a
  /// later one was made from the disk again.
  void drop_memory_of(provider::LockToken turn);
  /// Who is told if a turn is refused that is acknowledged quietly; one for all turns of an execution.
  [[nodiscard]] std::shared_ptr<const storage::RefusalListener> listener();
  void give_back_later(provider::LockToken token);
  void give_back(provider::AbandonOrchestrationItem abandon);
  void answered();
  [[nodiscard]] std::shared_ptr<const FinishedTurn> finished_turn(
      const provider::OrchestrationItem& item, replay::TurnResult& result) const;
  /// Also for the thread that watches, so it reads nothing that code changes.
  [[nodiscard]] LogRecord record(LogLevel level, std::string message) const;
  [[nodiscard]] const replay::Assignment& assigned() const;

  SharedEnvironment environment_;
  std::shared_ptr<const replay::TurnServices> services_;
  std::string instance_;
  std::shared_ptr<const replay::Assignment> assignment_;  ///< of `execution_`, once there was one
  std::string trace_id_;  ///< of `assignment_`; empty if it belongs to no trace
  std::unique_ptr<replay::Execution> execution_;
  std::shared_ptr<const storage::RefusalListener>
      listener_;  ///< of `execution_`; null until needed
  provider::LockToken last_acknowledged_ = 0;
  std::uint32_t unanswered_ = 0;
  bool leaving_ = false;
  /// Of the turn that lasts too long, if it does; set by the thread that watches.
  mutable std::atomic<detail::OverdueTurns::Id> overdue_ = 0;
};

}  // namespace duroxide::runtime
