#pragma once

#include <duroxide/provider.hpp>

#include "client/calls.hpp"
#include "provider/alarm.hpp"

namespace duroxide::client {

/// A wait that is taken back after some time of the store's clock. `on_answer` gets the store's
/// answer, and whether that is the end of the matter; if not, it is what was there when the time was
/// up.
template <class Request>
struct TimedCall {
  Request request;
  Milliseconds timeout{0};
  std::function<void(typename AnswerOf<Request>::Type, bool is_final)> on_answer;
};

using ClientActor = actors::Actor<
    actors::Accepts<Call<provider::EnqueueOrchestratorWork>>,
    actors::Accepts<Call<provider::StartOrFind>>, actors::Accepts<Call<provider::GetStatus>>,
    actors::Accepts<Call<provider::WaitForStatus>>, actors::Accepts<Call<provider::GetValue>>,
    actors::Accepts<Call<provider::GetValues>>, actors::Accepts<Call<provider::WaitForValue>>,
    actors::Accepts<TimedCall<provider::WaitForStatus>>,
    actors::Accepts<TimedCall<provider::WaitForValue>>, actors::Accepts<actors::Tick>,
    actors::Accepts<Call<provider::Heartbeat>>, actors::Accepts<Call<provider::CompleteActivity>>,
    actors::Accepts<Call<provider::ReleaseFromQuarantine>>, actors::Accepts<provider::StopWaiting>,
    actors::Accepts<RunLater>, actors::Accepts<Close>>;

/// What an actor of a facade goes by.
struct Surroundings {
  std::shared_ptr<Clock> clock = system_clock();
  LogSink log = stderr_log_sink(LogLevel::warn);  ///< for what callbacks throw
};

/// Speaks to the provider for one `Client` and its copies.
[[nodiscard]] ClientActor spawn_client_actor(const ProviderActor& provider,
                                             Surroundings surroundings = Surroundings());
[[nodiscard]] ClientActor spawn_client_actor(const Store& store);

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
    const ManagementActor& management, Surroundings surroundings = Surroundings());
[[nodiscard]] ManagementClientActor spawn_management_client_actor(const Store& store);

}  // namespace duroxide::client

DUROXIDE_MESSAGE_TEMPLATE(template <class Request>, duroxide::client::TimedCall<Request>)
