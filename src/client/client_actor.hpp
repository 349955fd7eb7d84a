#pragma once

#include <duroxide/provider.hpp>

#include "client/calls.hpp"

namespace duroxide::client {

using ClientActor = actors::Actor<
    actors::Accepts<Call<provider::EnqueueOrchestratorWork>>,
    actors::Accepts<Call<provider::GetStatus>>, actors::Accepts<Call<provider::WaitForStatus>>,
    actors::Accepts<Call<provider::GetValue>>, actors::Accepts<Call<provider::GetValues>>,
    actors::Accepts<Call<provider::WaitForValue>>, actors::Accepts<Call<provider::Heartbeat>>,
    actors::Accepts<Call<provider::CompleteActivity>>,
    actors::Accepts<Call<provider::ReleaseFromQuarantine>>, actors::Accepts<provider::StopWaiting>,
    actors::Accepts<RunLater>, actors::Accepts<Close>>;

/// Speaks to the provider for one `Client` and its copies.
[[nodiscard]] ClientActor spawn_client_actor(const ProviderActor& provider);

using ManagementClientActor =
    actors::Actor<actors::Accepts<Call<management::ListInstances>>,
                  actors::Accepts<Call<management::GetInstanceInfo>>,
                  actors::Accepts<Call<management::ListExecutions>>,
                  actors::Accepts<Call<management::ReadExecutionHistory>>,
                  actors::Accepts<Call<management::GetQueueDepths>>,
                  actors::Accepts<Call<management::ListPendingActivities>>,
                  actors::Accepts<Call<management::ListQuarantined>>, actors::Accepts<RunLater>,
                  actors::Accepts<Close>>;

/// Speaks to the management actor for one `ManagementClient` and its copies.
[[nodiscard]] ManagementClientActor spawn_management_client_actor(
    const ManagementActor& management);

}  // namespace duroxide::client
