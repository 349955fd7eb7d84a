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

#include <functional>
#include <memory>
#include <vector>

#include <duroxide/detail/api.hpp>
#include <duroxide/detail/caf.hpp>
#include <duroxide/provider_messages.hpp>
#include <duroxide/store.hpp>

namespace duroxide {

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
    actors::Replies<provider::StartOrFind, provider::Answer<provider::StartedOrFound>>>;

/// An actor system of the process's own, which must outlive every store that uses it. Its scheduler
/// should have the policy `sharing`.
[[nodiscard]] DUROXIDE_API ActorSystem use_actor_system(caf::actor_system& system);

/// The system behind a handle, to spawn actors of one's own in.
[[nodiscard]] DUROXIDE_API caf::actor_system& actor_system_of(const ActorSystem& system);

/// A store made of an actor of one's own, without management; management_protocol.hpp has the form
/// for one with it. When the last copy of the store is dropped, `on_close` is called; by default the
/// actor is sent an exit.
[[nodiscard]] DUROXIDE_API Store make_store(ActorSystem system, std::shared_ptr<Clock> clock,
                                            ProviderActor provider,
                                            std::function<void()> on_close = {});

/// The actor behind a store.
[[nodiscard]] DUROXIDE_API const ProviderActor& provider_of(const Store& store);

}  // namespace duroxide

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
