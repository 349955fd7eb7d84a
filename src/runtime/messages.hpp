#pragma once

// The typed messages of the runtime's own actors. What they say to the store stands in
// `duroxide/provider.hpp`.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <duroxide/handlers.hpp>
#include <duroxide/provider.hpp>

#include "protocol/alarm.hpp"
#include "protocol/quiet_acks.hpp"
#include "runtime/registry.hpp"

namespace duroxide::runtime {

// --- to every actor that the runtime starts and stops ---------------------------------------------

/// Take no new work, finish what runs, give the rest back to the store, call `on_drained`, end.
struct Drain {
  std::function<void()> on_drained;
};

/// Do not wait any longer for what runs. Sent after `Drain`.
struct GiveUp {};

using actors::Alarm;
using actors::Tick;

// --- orchestration dispatcher ---------------------------------------------------------------------

/// Time has passed: evict what has been idle for too long.
struct SweepIdle {};

/// The pause after a failed request is over.
struct TryAgain {};

using OrchestrationDispatcherActor =
    actors::Actor<actors::Accepts<SweepIdle>, actors::Accepts<TryAgain>, actors::Accepts<Drain>,
                  actors::Accepts<GiveUp>>;

// --- orchestrator ---------------------------------------------------------------------------------

struct RunTurn {
  provider::OrchestrationItem item;
  bool keep_resident = true;  ///< there is room for the instance in memory between its turns
};

/// Answered as soon as the turn's request to the store is on its way.
struct TurnEnded {
  enum class Kind : std::uint8_t {
    resident,         ///< the orchestrator waits for the next turn
    gone,             ///< it ends as soon as the store has answered; send it nothing more
    not_registered,   ///< it has no code for the instance; the item is still leased
    history_missing,  ///< it cannot go on without the history; the item is still leased
  };

  Kind kind = Kind::resident;
  NotRegistered missing;  ///< for `not_registered`
};

/// End once the store has answered what it was asked. For the refusal of a quiet ack nobody waits.
struct Leave {};

using OrchestratorActor = actors::Actor<actors::Replies<RunTurn, TurnEnded>, actors::Accepts<Leave>,
                                        actors::Accepts<storage::AckRefused>>;

// --- activity dispatcher, worker and stand-in -----------------------------------------------------

class Delivery;
class Stint;

/// A running activity told how far it is; `Delivery` has what it said last.
struct ProgressMade {
  std::shared_ptr<Delivery> delivery;
};

/// Something of a stint has ended. One message tells of all that ends until the dispatcher looks.
struct StintHasNews {
  std::shared_ptr<Stint> stint;
};

using ActivityDispatcherActor =
    actors::Actor<actors::Accepts<TryAgain>, actors::Accepts<ProgressMade>,
                  actors::Accepts<StintHasNews>, actors::Accepts<Tick>, actors::Accepts<Drain>,
                  actors::Accepts<GiveUp>, actors::Accepts<storage::AckRefused>>;

struct RunActivity {
  std::shared_ptr<Delivery> delivery;  ///< null if there is a stint
  ActivityDispatcherActor dispatcher;  ///< gets `ProgressMade` and `StintHasNews`
  /// Instead of one: run all that it holds. What they come to is told by it, the answer only says that
  /// none is left.
  std::shared_ptr<Stint> stint = {};
};

/// What came out of it, for its instance; none if the call was left open, or nobody waits for it.
struct ActivityEnded {
  std::optional<WorkItem> completion;
  bool given_back = false;  ///< it has not ended: the runtime does, and it is to begin anew
};

using WorkerActor = actors::Actor<actors::Replies<RunActivity, ActivityEnded>>;

/// To the one who stands in for workers: run it, or hand it on to `worker`.
struct RunInstead {
  RunActivity run;
  WorkerActor worker;
};

using StandInActor = actors::Actor<actors::Replies<RunInstead, ActivityEnded>>;

// --- timer service --------------------------------------------------------------------------------

using TimerServiceActor = actors::Actor<actors::Accepts<Tick>, actors::Accepts<TryAgain>,
                                        actors::Accepts<Drain>, actors::Accepts<GiveUp>>;

// --- retention ------------------------------------------------------------------------------------

using RetentionActor =
    actors::Actor<actors::Accepts<Tick>, actors::Accepts<Drain>, actors::Accepts<GiveUp>>;

}  // namespace duroxide::runtime

DUROXIDE_MESSAGE(duroxide::runtime::Drain)
DUROXIDE_MESSAGE(duroxide::runtime::GiveUp)
DUROXIDE_MESSAGE(duroxide::runtime::SweepIdle)
DUROXIDE_MESSAGE(duroxide::runtime::TryAgain)
DUROXIDE_MESSAGE(duroxide::runtime::RunTurn)
DUROXIDE_MESSAGE(duroxide::runtime::TurnEnded)
DUROXIDE_MESSAGE(duroxide::runtime::Leave)
DUROXIDE_MESSAGE(duroxide::runtime::ProgressMade)
DUROXIDE_MESSAGE(duroxide::runtime::StintHasNews)
DUROXIDE_MESSAGE(duroxide::runtime::RunActivity)
DUROXIDE_MESSAGE(duroxide::runtime::ActivityEnded)
DUROXIDE_MESSAGE(duroxide::runtime::RunInstead)
