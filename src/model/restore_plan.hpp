#pragma once

// What it takes to run an execution on from a history: decided from events alone.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <duroxide/events.hpp>
#include <duroxide/management_actions.hpp>
#include <duroxide/result.hpp>
#include <duroxide/work_items.hpp>

#include "model/open_steps.hpp"

namespace duroxide::model {

/// Which execution it is.
struct ExecutionOf {
  std::string instance;
  std::uint64_t execution_id = 1;
  std::string orchestration;
  std::string version;
};

/// What is to be queued for an execution so that it goes on.
struct RestorePlan {
  CarriedState state;  ///< what the instance shows to others
  std::vector<work::ActivityExecute> activities;
  std::vector<work::TimerFired> timers;
  std::vector<work::StartOrchestration> children;  ///< those that may have to be started
  std::vector<WorkItem> questions;  ///< for the store: answered at once, or when an instance ends
  std::vector<WorkItem> messages;   ///< to the instance, in order; never empty
};

/// Plans for the end of `kept`, with `messages` on their way: what one of them answers is not
/// scheduled again. If there are none, one is planned that tells the code nothing, because only a
/// message makes an instance take the turn in which its code looks at its last events. The flaw
/// says why no engine can have written the events.
[[nodiscard]] Result<RestorePlan, Flaw> plan_restore(const ExecutionOf& execution,
                                                     const std::vector<Event>& kept,
                                                     std::vector<WorkItem> messages);

/// How many events of a failed execution a rewind keeps: as the options say, or by default all before
/// what failed last; none from an arrival on that is to be skipped. Never the end, nor what the end has
/// closed, which the code did not decide. The flaw is one of the wish.
[[nodiscard]] Result<std::uint64_t, Flaw> find_rewind_cut(const std::vector<Event>& history,
                                                          const RewindOptions& options);

/// How many events a fork keeps: by default all but the end, and what that has closed.
[[nodiscard]] Result<std::uint64_t, Flaw> find_fork_cut(const std::vector<Event>& history,
                                                        std::optional<std::uint64_t> last_kept);

/// The steps of this execution that the messages answer.
[[nodiscard]] std::set<std::uint64_t> answered_by(const ExecutionOf& execution,
                                                  const std::vector<WorkItem>& messages);

/// What had come behind the first `kept` events and still finds somebody to take it, as messages, in
/// order. Failed activities and children are left out: they are tried again. So are the events `skip`.
[[nodiscard]] std::vector<WorkItem> messages_behind(const ExecutionOf& execution,
                                                    const std::vector<Event>& history,
                                                    std::uint64_t kept,
                                                    const std::vector<std::uint64_t>& skip = {});

}  // namespace duroxide::model
