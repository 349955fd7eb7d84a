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

/// An actor that takes a call of each request.
template <class Requests>
struct CallerOf;

template <class... Requests>
struct CallerOf<management::RequestList<Requests...>> {
  using Actor = actors::Actor<actors::Accepts<Call<Requests>>..., actors::Accepts<RunLater>,
                              actors::Accepts<Close>>;
};

using ManagementClientActor = CallerOf<management::Requests>::Actor;

/// Speaks to the management actor for one `ManagementClient` and its copies.
[[nodiscard]] ManagementClientActor spawn_management_client_actor(
    const ManagementActor& management);

}  // namespace duroxide::client
