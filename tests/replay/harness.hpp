#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <duroxide/duroxide.hpp>
#include <duroxide/work_items.hpp>

#include "replay/execution.hpp"

namespace duroxide::replay::test {

/// How an instance lives between its turns.
enum class Residency { resident, rebuilt };

/// Runs the rest of the test case once with each.
inline Residency both_ways() {
  return GENERATE(Residency::resident, Residency::rebuilt);
}

/// Plays the store and the workers for one execution: keeps its history, makes messages for what it
/// has scheduled, and runs its turns, either on one `Execution` or on a new one, rebuilt from
/// history, for each turn.
class Harness {
 public:
  template <class F>
  Harness(Residency residency, F orchestration)
      : residency_(residency),
        handler_(std::make_shared<const OrchestrationHandler>(
            detail::make_orchestration_handler(std::move(orchestration)))) {}

  /// The first turn, with `more` in the same batch as the start.
  TurnResult start(std::string input = "", std::vector<WorkItem> more = {});

  /// A turn.
  TurnResult turn(std::vector<WorkItem> messages);
  TurnResult turn(WorkItem message);

  // Messages, by the id of the event they answer.
  [[nodiscard]] WorkItem activity_completed(std::uint64_t id, std::string result) const;
  [[nodiscard]] WorkItem activity_failed(std::uint64_t id, std::string message) const;
  [[nodiscard]] WorkItem timer_fired(std::uint64_t id) const;
  [[nodiscard]] WorkItem child_completed(std::uint64_t id, std::string result) const;
  [[nodiscard]] WorkItem child_failed(std::uint64_t id, std::string message) const;
  [[nodiscard]] static WorkItem raised(std::string name, std::string data);
  [[nodiscard]] static WorkItem queued(std::string name, std::string data);

  [[nodiscard]] const std::vector<Event>& history() const { return history_; }
  /// The types of the events, in order.
  [[nodiscard]] std::vector<std::string> types() const;
  /// Replaces what the next rebuild sees.
  void set_history(std::vector<Event> history) { history_ = std::move(history); }
  /// Other code under the same history, from the next rebuild on.
  template <class F>
  void swap_code(F orchestration) {
    handler_ = std::make_shared<const OrchestrationHandler>(
        detail::make_orchestration_handler(std::move(orchestration)));
    execution_.reset();
  }
  void evict() { execution_.reset(); }

  TurnServices services;  ///< may be changed before the next rebuild
  std::vector<LogRecord> logged;
  Assignment assignment;

 private:
  Execution& execution();
  TurnResult keep(TurnResult result);

  Residency residency_;
  std::shared_ptr<const OrchestrationHandler> handler_;
  std::unique_ptr<Execution> execution_;
  std::vector<Event> history_;
  std::int64_t now_ = 1'000;
  int guids_ = 0;
};

/// The output of a completed turn; fails the test otherwise.
std::string output_of(const TurnResult& result);
/// The details of a failed turn; fails the test otherwise.
ErrorDetails failure_of(const TurnResult& result);
bool still_running(const TurnResult& result);
/// What a turn that continued as new sends to itself; fails the test if it did not.
const work::ContinueAsNew& next_of(const TurnResult& turn);

}  // namespace duroxide::replay::test
