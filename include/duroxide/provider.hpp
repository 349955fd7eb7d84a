#pragma once

/// The protocol between the engine and a store, for those who write a store of their own or send
/// the messages themselves. Nobody else needs this header, and no other public header mentions CAF.
///
/// A provider is an actor with the interface `ProviderActor`. It keeps histories, an orchestrator
/// queue (messages to instances), a worker queue (activities to run) and a timer queue, and hands
/// out leases on their items. What it must hold to:
///
/// - **An answer means durable.** A request is answered after the commit that holds its changes.
///   The one exception is `FetchOrchestrationItem`: its items may contain messages, and build on
///   acks, that are applied but not yet committed, because a turn has no effects of its own.
/// - **What finds no room is refused** (`disk_full`). If it was to end a lease, that is void, and what was
///   handed out is handed out again. A commit that fails ends the store: everybody in it is told so.
/// - **One lease per instance.** Messages of an instance arrive in the order in which they were
///   accepted, a start or continue-as-new before all others; while the instance is leased, later
///   messages wait for its ack.
/// - **Waiting fetches are parked**, not refused: each is answered once, with 1 to `max_items`
///   items, or with none if its holder is released.
/// - Leases live in memory and end with the process; every item then is handed out again.
///
/// provider_messages.hpp says what each request is. What follows goes for several of them, and the
/// runtime relies on it.
///
/// **Answers.** Every request is answered exactly once, but for those that `Accepts` names, which have no
/// answer. A refusal changes nothing, and its answer waits for the commit if the reason is in the same
/// batch (an instance that was started in it, say). After the store has stopped or is closed, everything
/// is refused as `closed`, parked fetches and waits included. What is wrong with the request itself is
/// `invalid_input`: `max_items` of 0, an id, name, key, version or tag that is empty or too long, a delay
/// below 0, a completion that completes something else. A request that ends a lease which is over, or
/// never was, is `invalid_lock_token`; tokens are not used again, not even after the store was opened
/// anew. A holder is the actor that sends: a token that somebody else holds can be acknowledged, but
/// `ReleaseHolder`, `ReleaseInstance`, `ReleaseSessions`, `StopWaiting` and `AwaitCancelledWork` are about
/// the sender alone. A holder that ends is treated as if it had sent `ReleaseHolder`, and its waits are
/// dropped without an answer: so the store monitors whoever fetches or waits.
///
/// **Time.** A store has no timer of its own, and needs none: everything that ends by the clock ends by way
/// of `DequeueTimerPeekLock`, of which the runtime's timer service keeps one parked. These are the timers
/// of histories (`AckOrchestrationItem::timers`), those of `EnqueueTimerWork`, delayed messages and starts,
/// and the delays of items that were given back (`AbandonOrchestrationItem::delay`,
/// `AbandonWorker::delay`). `DueTimers::next_due` is the earliest of all of them; when the timer service
/// asks again at that time, the store hands out what was held back, and leases to the service what has
/// rows in the timer queue. A parked request is answered with an earlier `next_due` as soon as the commit
/// that brings one is done. Delays of what was given back are kept in memory: after an opening there are
/// none. Times are those of the `Clock` that was given to `make_store`.
///
/// **Counting deliveries.** `attempt_count` counts deliveries that came to no end: 1 with the first, and one
/// more with each that was abandoned, or ended with the process. It is how poison is found, so it must be
/// on the disk before what may end the process is handed out: after an unclean end (nobody closed the
/// store) deliveries are counted by a commit first, and then made. An ack sets the count of a turn to 0.
/// What does not count: an abandoned item with `ignore_attempt`, and whatever `ReleaseHolder`, or the end
/// of its holder, gives back. Its next delivery has the number that this one had.
///
/// **Turns.** A turn takes all messages that wait, up to a limit of bytes that the store sets itself; what
/// is left waits for the next. `AckOrchestrationItem` takes out the messages that were handed out, and no
/// later ones; the events must go on where the history ends, and `execution_id` must be that of the lease.
/// If it is refused for what it says, the lease stays, and the holder abandons it; if there is no room
/// (`disk_full`), the lease is void. Of what an ack says, order matters only in this: messages of an
/// instance to itself find it as the ack leaves it, and `cancelled_activities` are removed after
/// `worker_items` were added, so that an activity that is scheduled and cancelled in one turn never runs.
/// When the instance ends, its inbox goes with it, or is kept for a rewind if it has failed (`untaken`);
/// activities and timers go that the ack names as cancelled, and what else is left of them comes to
/// nothing. Holders of activities that are removed learn of it by `AwaitCancelledWork`. An instance whose last ack said `stays_resident` is handed out to
/// its holder without history, to anybody else with it. `recovered` and `waiting_for` are for people alone.
///
/// **Messages between instances.** One to nobody, to an instance that has ended, or from an execution that
/// its parent has left behind is dropped without an error when a turn sends it, and refused when
/// `EnqueueOrchestratorWork` does. The answer of a child reaches its parent in whatever execution that is
/// by then; results of activities and timers only the execution that asked. A `CancelInstance` that names
/// a parent reaches only a child of that parent, and brings a delayed start forward. A start whose id is
/// taken, by a turn, is answered to the parent with `SubOrchFailed`. With a `ContinueAsNew` the messages
/// that came after the turn was handed out stay for the next execution, behind it; what the turn was
/// handed is gone, and carried over by the `ContinueAsNew` itself. A read of another instance's value
/// (`work::ReadKeyValue`) is answered by the store itself, in the same commit, with what that commit leaves.
/// So is a wait for the end of an instance (`work::AwaitInstance`), if that has ended or there is none;
/// else the store notes it, on the disk, and answers in the commit that ends the instance, or deletes it,
/// whichever execution that is in by then. Of a wait that is `given_up`, and of one by an instance that is
/// terminated or deleted, it forgets the note. A termination ends the children of the execution with it, but
/// for those whose `SubOrchestrationScheduled` says that they outlive their parent.
///
/// **Activities.** They are handed out in the order in which they were committed, within what a fetch
/// accepts; what `ReleaseHolder` gives back comes first, what was abandoned last. None is handed out before its commit. `AckWorker` and
/// `CompleteActivity` remove it and send its result in one commit; a result for an instance that has
/// ended, or for an earlier execution, is dropped, and the request succeeds. A session is bound to a
/// holder by the first item of it that the holder gets, stays so while none of it waits, and is not on the
/// disk: an opening begins without any.
///
/// **Quarantine** (`quarantine` of an abandon) is on the disk. An instance in it is handed out only while a
/// `CancelInstance` is among its messages, with `quarantined` set; an activity in it not at all.
///
/// **Reads and waits** see what is committed, and see every commit that was answered before they were sent.
/// The one exception is whether an instance is there: a wait for one whose start is in the open batch is
/// parked. A wait goes on through continue-as-new, is answered with what was committed, and ends when its
/// instance ends or is deleted; one for a start or a first turn ends with that, and belongs to the id, so
/// that a deletion does not end it. A second wait with the same number ends the first.
///
/// **The conformance suite** is these rules as test cases, and is installed with the library as sources:
/// `share/duroxide/conformance`, or the target `duroxide::conformance` of the CMake package. A writer
/// compiles it with Catch2 and with one function that opens the store; conformance/stores.hpp there says how,
/// and what it cannot judge: what is on the disk when an answer is given, full disks, and damage.

#include <functional>
#include <memory>
#include <vector>

#include <duroxide/detail/api.hpp>
#include <duroxide/detail/caf.hpp>
#include <duroxide/provider_messages.hpp>
#include <duroxide/store.hpp>

namespace duroxide::DUROXIDE_ABI {

using ProviderActor = actors::Actor<
    actors::Replies<provider::FetchOrchestrationItem,
                    provider::Answer<std::vector<provider::OrchestrationItem>>>,
    actors::Replies<provider::AckOrchestrationItem, Done>,
    actors::Replies<provider::AbandonOrchestrationItem, Done>,
    actors::Replies<provider::Read, provider::Answer<std::vector<Event>>>,
    actors::Replies<provider::DequeueWorkerPeekLock,
                    provider::Answer<std::vector<provider::WorkerItem>>>,
    actors::Replies<provider::AckWorker, Done>,
    actors::Replies<provider::EnqueueOrchestratorWork, Done>,
    actors::Replies<provider::SupportsDelayedVisibility, bool>,
    actors::Replies<provider::EnqueueTimerWork, Done>,
    actors::Replies<provider::DequeueTimerPeekLock, provider::Answer<provider::DueTimers>>,
    actors::Replies<provider::AckTimer, Done>, actors::Replies<provider::AbandonWorker, Done>,
    actors::Accepts<provider::ReleaseInstance>, actors::Replies<provider::ReleaseHolder, Done>,
    actors::Replies<provider::GetStatus, provider::Answer<OrchestrationStatus>>,
    actors::Replies<provider::WaitForStatus, provider::Answer<OrchestrationStatus>>,
    actors::Replies<provider::GetValue, provider::Answer<std::optional<StoredValue>>>,
    actors::Replies<provider::GetValues, provider::Answer<std::vector<StoredValue>>>,
    actors::Replies<provider::WaitForValue, provider::Answer<std::optional<StoredValue>>>,
    actors::Accepts<provider::StopWaiting>,
    actors::Replies<provider::ReleaseFromQuarantine, provider::Answer<std::uint64_t>>,
    actors::Accepts<provider::ReleaseSessions>,
    actors::Replies<provider::AwaitCancelledWork,
                    provider::Answer<std::vector<provider::LockToken>>>,
    actors::Replies<provider::Heartbeat, Done>, actors::Replies<provider::CompleteActivity, Done>,
    actors::Replies<provider::StartOrFind, provider::Answer<provider::StartedOrFound>>,
    actors::Replies<provider::AskUpdate, provider::Answer<std::optional<provider::UpdateAnswer>>>,
    actors::Replies<provider::AskQuery, provider::Answer<std::optional<provider::UpdateAnswer>>>,
    actors::Replies<provider::StartAndRaise, provider::Answer<provider::StartedOrFound>>,
    actors::Replies<provider::StartAndAsk, provider::Answer<provider::StartedAndAnswered>>,
    actors::Replies<provider::WaitForStart, provider::Answer<OrchestrationStatus>>>;

/// An actor system of the process's own, which must outlive every store that uses it. Its scheduler
/// should have the policy `sharing`.
[[nodiscard]] DUROXIDE_CAF ActorSystem use_actor_system(caf::actor_system& system);

/// The system behind a handle, to spawn actors of one's own in.
[[nodiscard]] DUROXIDE_CAF caf::actor_system& actor_system_of(const ActorSystem& system);

/// A store made of an actor of one's own, without management; management_protocol.hpp has the form
/// for one with it. When the last copy of the store is dropped, `on_close` is called; by default the
/// actor is sent an exit.
[[nodiscard]] DUROXIDE_CAF Store make_store(ActorSystem system, std::shared_ptr<Clock> clock,
                                            ProviderActor provider,
                                            std::function<void()> on_close = {});

/// The actor behind a store.
[[nodiscard]] DUROXIDE_CAF const ProviderActor& provider_of(const Store& store);

}  // namespace duroxide::DUROXIDE_ABI

DUROXIDE_MESSAGE(duroxide::provider::FetchOrchestrationItem)
DUROXIDE_MESSAGE(duroxide::provider::AckOrchestrationItem)
DUROXIDE_MESSAGE(duroxide::provider::AbandonOrchestrationItem)
DUROXIDE_MESSAGE(duroxide::provider::ReleaseInstance)
DUROXIDE_MESSAGE(duroxide::provider::ReleaseHolder)
DUROXIDE_MESSAGE(duroxide::provider::EnqueueOrchestratorWork)
DUROXIDE_MESSAGE(duroxide::provider::StartOrFind)
DUROXIDE_MESSAGE(duroxide::provider::Read)
DUROXIDE_MESSAGE(duroxide::provider::GetStatus)
DUROXIDE_MESSAGE(duroxide::provider::WaitForStatus)
DUROXIDE_MESSAGE(duroxide::provider::GetValue)
DUROXIDE_MESSAGE(duroxide::provider::GetValues)
DUROXIDE_MESSAGE(duroxide::provider::WaitForValue)
DUROXIDE_MESSAGE(duroxide::provider::AskUpdate)
DUROXIDE_MESSAGE(duroxide::provider::AskQuery)
DUROXIDE_MESSAGE(duroxide::provider::StartAndRaise)
DUROXIDE_MESSAGE(duroxide::provider::StartAndAsk)
DUROXIDE_MESSAGE(duroxide::provider::WaitForStart)
DUROXIDE_MESSAGE(duroxide::provider::StopWaiting)
DUROXIDE_MESSAGE(duroxide::provider::ReleaseFromQuarantine)
DUROXIDE_MESSAGE(duroxide::provider::ReleaseSessions)
DUROXIDE_MESSAGE(duroxide::provider::AwaitCancelledWork)
DUROXIDE_MESSAGE(duroxide::provider::Heartbeat)
DUROXIDE_MESSAGE(duroxide::provider::CompleteActivity)
DUROXIDE_MESSAGE(duroxide::provider::DequeueWorkerPeekLock)
DUROXIDE_MESSAGE(duroxide::provider::AckWorker)
DUROXIDE_MESSAGE(duroxide::provider::AbandonWorker)
DUROXIDE_MESSAGE(duroxide::provider::SupportsDelayedVisibility)
DUROXIDE_MESSAGE(duroxide::provider::EnqueueTimerWork)
DUROXIDE_MESSAGE(duroxide::provider::DequeueTimerPeekLock)
DUROXIDE_MESSAGE(duroxide::provider::AckTimer)
DUROXIDE_MESSAGE_TEMPLATE(template <class T>, duroxide::Expected<T, duroxide::ProviderError>)
