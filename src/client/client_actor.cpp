#include "client/client_actor.hpp"

#include <utility>

namespace duroxide::client {

namespace {

class ClientActorImpl final : public ClientActor::base {
 public:
  ClientActorImpl(caf::actor_config& config, ProviderActor provider)
      : ClientActor::base(config), calls_(this, std::move(provider)) {}

  behavior_type make_behavior() override {
    calls_.watch_server();
    return {
        [this](Call<provider::EnqueueOrchestratorWork>& call) { send_work(std::move(call)); },
        [this](Call<provider::GetStatus>& call) { calls_.make(std::move(call)); },
        [this](Call<provider::WaitForStatus>& call) { calls_.make(std::move(call)); },
        [this](Call<provider::GetValue>& call) { calls_.make(std::move(call)); },
        [this](Call<provider::GetValues>& call) { calls_.make(std::move(call)); },
        [this](Call<provider::WaitForValue>& call) { calls_.make(std::move(call)); },
        [this](Call<provider::Heartbeat>& call) { calls_.make(std::move(call)); },
        [this](Call<provider::CompleteActivity>& call) { calls_.make(std::move(call)); },
        [this](Call<provider::ReleaseFromQuarantine>& call) { calls_.make(std::move(call)); },
        // The provider knows a wait by its sender, so this goes the same way.
        [this](const provider::StopWaiting& stop) { actors::send(this, calls_.server(), stop); },
        [this](const RunLater& run) { calls_.run(run.action); },
        [this](const Close&) { calls_.close(); },
    };
  }

 private:
  using Enqueue = Call<provider::EnqueueOrchestratorWork>;

  /// A store that ignored the delay would start the instance at once, so it is asked first.
  void send_work(Enqueue call) {
    if (!call.request.delay) {
      calls_.make(std::move(call));
      return;
    }
    calls_.make(Call<provider::SupportsDelayedVisibility>{
        {}, [this, call = std::move(call)](const provider::Answer<bool>& supported) {
          if (!supported) {
            call.on_answer(failure(supported.error()));
          } else if (*supported) {
            calls_.make(call);
          } else {
            call.on_answer(failure(ProviderError{ProviderError::Kind::invalid_input,
                                                 "enqueue_orchestrator_work",
                                                 "this store cannot delay a start", false}));
          }
        }});
  }

  OpenCalls<ClientActorImpl, ProviderActor> calls_;
};

template <class Requests>
class Caller;

/// Hands each call on, and decides nothing.
template <class... Requests>
class Caller<management::RequestList<Requests...>> final : public ManagementClientActor::base {
 public:
  Caller(caf::actor_config& config, ManagementActor management)
      : ManagementClientActor::base(config), calls_(this, std::move(management)) {}

  behavior_type make_behavior() override {
    calls_.watch_server();
    return {
        [this](Call<Requests>& call) { calls_.make(std::move(call)); }...,
        [this](const RunLater& run) { calls_.run(run.action); },
        [this](const Close&) { calls_.close(); },
    };
  }

 private:
  OpenCalls<Caller, ManagementActor> calls_;
};

}  // namespace

ClientActor spawn_client_actor(const ProviderActor& provider) {
  return provider.home_system().spawn<ClientActorImpl>(provider);
}

ManagementClientActor spawn_management_client_actor(const ManagementActor& management) {
  return management.home_system().spawn<Caller<management::Requests>>(management);
}

}  // namespace duroxide::client
