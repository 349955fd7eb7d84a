#pragma once

#include <memory>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>

#include "engine/batch_outcome.hpp"
#include "engine/cancelled_work.hpp"
#include "engine/change_feed.hpp"
#include "engine/commit_timing.hpp"
#include "engine/instances.hpp"
#include "engine/moment.hpp"
#include "engine/numbers.hpp"
#include "engine/opening.hpp"
#include "engine/options.hpp"
#include "engine/orchestrator_queue.hpp"
#include "engine/paused.hpp"
#include "engine/quarantine.hpp"
#include "engine/rest.hpp"
#include "engine/suspects.hpp"
#include "engine/timer_queue.hpp"
#include "engine/unknown_names.hpp"
#include "engine/waiting_reasons.hpp"
#include "engine/waits.hpp"
#include "engine/work_suspects.hpp"
#include "engine/worker_queue.hpp"

namespace duroxide::storage {

/// Deliveries that are counted on the disk and not made yet.
struct CountedDeliveries {
  std::unordered_set<Number> turns;
  std::set<WorkKey> work;
};

/// How an opening after an unclean end is more careful.
struct Care {
  Timestamp until{};  ///< no first turn of a new instance runs ahead of the disk before
  std::optional<Timestamp> alarm;  ///< when the suspects are looked at again at the latest
};

/// All that memory keeps of a store: one participant for each matter, which knows its own rules. What
/// concerns several of them is done by those who apply requests, hand out, or commit.
struct Memory {
  /// `batch`, `host` and `options` must outlive it.
  Memory(Batch& batch, const Opening& opening, std::shared_ptr<WaitingReasons> reasons,
         CommitTiming::Host& host, const EngineOptions& options);

  Opening opening;
  std::shared_ptr<WaitingReasons> reasons;
  Instances instances;
  Numbers numbers;
  CommitTiming timing;
  Moment moment;
  BatchOutcome outcome;  ///< of the open batch
  OrchestratorQueue turns;
  WorkerQueue work;
  TimerQueue timers;
  CountedDeliveries counted;
  Waits waits;
  CancelledWork cancelled;
  Quarantine quarantine;
  Suspects suspects;
  WorkSuspects work_suspects;
  Care care;
  Paused paused;
  ChangeFeed feed;
  Rest rest;
  Unregistered<Number, Number> unregistered_turns;
  Unregistered<WorkRef, WorkKey> unregistered_work;
};

inline Memory::Memory(Batch& batch, const Opening& opened, std::shared_ptr<WaitingReasons> why,
                      CommitTiming::Host& host, const EngineOptions& options)
    : opening(opened),
      reasons(std::move(why)),
      instances(batch),
      numbers(opened),
      timing(host, options.longest_hold),
      moment(options.metrics != nullptr),
      work_suspects(opened.id),
      rest(options) {
  turns.measure_waits_by(moment);
  turns.set_backlog(opened.next_instance);
  turns.set_token_base(opened.sequence_base());
  work.measure_waits_by(moment);
  work.set_backlog(opened.id);
  work.set_token_base(opened.sequence_base());
  timers.set_token_base(opened.sequence_base());
}

}  // namespace duroxide::storage
