#pragma once

// What rewind, fork and import have in common: an instance goes on from a history that no turn has just written.

#include <cstdint>
#include <string>
#include <vector>

#include "model/restore_plan.hpp"
#include "postgres/change.hpp"

namespace duroxide::postgres {

/// The instance that goes on.
struct TakenUp {
  std::int64_t number = 0;
  std::int64_t incarnation = 0;
  model::ExecutionOf execution;
};

/// Drawn anew with each restore, see `ActivityToken`.
[[nodiscard]] std::int64_t new_incarnation();

/// Sets what the instance shows to others, instead of what it has shown.
void set_state(const TakenUp& taken_up, const CarriedState& state, const Bench& bench,
               Change& change);

/// Queues what it needs to go on: activities, timers, messages, and these of the plan's children, which are
/// started, or found.
void take_up(const TakenUp& taken_up, const model::RestorePlan& plan,
             const std::vector<work::StartOrchestration>& children, const Bench& bench,
             Change& change);

/// Asks what the plan asks the store. Once all that is changed with it is.
void ask_questions(const TakenUp& taken_up, const model::RestorePlan& plan, const Bench& bench,
                   Change& change);

/// A message to it, behind all that are there.
void add_message(const TakenUp& taken_up, const WorkItem& message, bool is_start, bool is_kept,
                 Change& change);

/// Of an execution that has none, in rows of some events each.
void write_history(std::int64_t number, std::uint64_t execution, const std::vector<Event>& events,
                   Change& change);

}  // namespace duroxide::postgres
