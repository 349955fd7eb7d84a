#pragma once

#include <duroxide/management_protocol.hpp>

#include "support/scripted_actor.hpp"

namespace duroxide::test {

/// A store that the test plays itself.
using ScriptedProvider = ScriptedActor<
    ProviderActor,
    Asked<provider::FetchOrchestrationItem,
          provider::Answer<std::vector<provider::OrchestrationItem>>>,
    Asked<provider::AckOrchestrationItem, Done>, Asked<provider::AbandonOrchestrationItem, Done>,
    Asked<provider::Read, provider::Answer<std::vector<Event>>>,
    Asked<provider::DequeueWorkerPeekLock, provider::Answer<std::vector<provider::WorkerItem>>>,
    Asked<provider::AckWorker, Done>, Asked<provider::EnqueueOrchestratorWork, Done>,
    Asked<provider::SupportsDelayedVisibility, bool>, Asked<provider::EnqueueTimerWork, Done>,
    Asked<provider::DequeueTimerPeekLock, provider::Answer<provider::DueTimers>>,
    Asked<provider::AckTimer, Done>, Asked<provider::AbandonWorker, Done>,
    Received<provider::ReleaseInstance>, Asked<provider::ReleaseHolder, Done>,
    Asked<provider::GetStatus, provider::Answer<OrchestrationStatus>>,
    Asked<provider::WaitForStatus, provider::Answer<OrchestrationStatus>>,
    Asked<provider::GetValue, provider::Answer<std::optional<StoredValue>>>,
    Asked<provider::GetValues, provider::Answer<std::vector<StoredValue>>>,
    Asked<provider::WaitForValue, provider::Answer<std::optional<StoredValue>>>,
    Received<provider::StopWaiting>,
    Asked<provider::ReleaseFromQuarantine, provider::Answer<std::uint64_t>>,
    Received<provider::ReleaseSessions>,
    Asked<provider::AwaitCancelledWork, provider::Answer<std::vector<provider::LockToken>>>,
    Asked<provider::Heartbeat, Done>, Asked<provider::CompleteActivity, Done>,
    Asked<provider::StartOrFind, provider::Answer<provider::StartedOrFound>>,
    Asked<provider::AskUpdate, provider::Answer<std::optional<provider::UpdateAnswer>>>,
    Asked<provider::AskQuery, provider::Answer<std::optional<provider::UpdateAnswer>>>,
    Asked<provider::StartAndRaise, provider::Answer<provider::StartedOrFound>>,
    Asked<provider::StartAndAsk, provider::Answer<provider::StartedAndAnswered>>,
    Asked<provider::WaitForStart, provider::Answer<OrchestrationStatus>>>;

template <class Requests>
struct ScriptOf;

template <class... Requests>
struct ScriptOf<management::RequestList<Requests...>> {
  using Actor = ScriptedActor<ManagementActor, Asked<Requests, typename Requests::Response>...>;
};

using ScriptedManagement = ScriptOf<management::Requests>::Actor;

[[nodiscard]] inline ProviderError provider_error(ProviderError::Kind kind) {
  return {kind, "test", "the test says no", kind == ProviderError::Kind::storage};
}

}  // namespace duroxide::test
