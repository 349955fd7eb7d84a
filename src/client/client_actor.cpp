#include "client/client_actor.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include "client/deadlines.hpp"
#include "provider/store_impl.hpp"

namespace duroxide::client {

namespace {

class ClientActorImpl final : public ClientActor::base {
 public:
  ClientActorImpl(caf::actor_config& config, ProviderActor provider, Surroundings surroundings)
      : ClientActor::base(config),
        calls_(this, std::move(provider), std::move(surroundings.log)),
        deadlines_(this, std::move(surroundings.clock)) {}

  void on_exit() override { deadlines_.close(); }

  behavior_type make_behavior() override {
    calls_.watch_server();
    return {
        [this](Call<provider::EnqueueOrchestratorWork>& call) { send_work(std::move(call)); },
        [this](Call<provider::StartOrFind>& call) { send_work(std::move(call)); },
        [this](Call<provider::GetStatus>& call) { calls_.make(std::move(call)); },
        [this](Call<provider::WaitForStatus>& call) { calls_.make(std::move(call)); },
        [this](Call<provider::GetValue>& call) { calls_.make(std::move(call)); },
        [this](Call<provider::GetValues>& call) { calls_.make(std::move(call)); },
        [this](Call<provider::WaitForValue>& call) { calls_.make(std::move(call)); },
        [this](TimedCall<provider::WaitForStatus>& call) { wait(std::move(call)); },
        [this](TimedCall<provider::WaitForValue>& call) { wait(std::move(call)); },
        [this](const actors::Tick& tick) { give_up(deadlines_.take_due(tick)); },
        [this](Call<provider::Heartbeat>& call) { calls_.make(std::move(call)); },
        [this](Call<provider::CompleteActivity>& call) { calls_.make(std::move(call)); },
        [this](Call<provider::ReleaseFromQuarantine>& call) { calls_.make(std::move(call)); },
        [this](const provider::StopWaiting& stop) { stop_waiting(stop.wait_id); },
        [this](RunLater& run) { calls_.run(run.action); },
        [this](const Close&) { calls_.close(); },
    };
  }

 private:
  /// A store that ignored the delay would start the instance at once, so it is asked first.
  template <class Request>
  void send_work(Call<Request> call) {
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
            call.on_answer(failure(ProviderError{ProviderError::Kind::invalid_input, "start",
                                                 "this store cannot delay a start", false}));
          }
        }});
  }

  /// The provider knows a wait by its sender, so this goes the same way.
  void stop_waiting(std::uint64_t wait_id) {
    actors::send(this, calls_.server(), provider::StopWaiting{wait_id});
  }

  template <class Request>
  void wait(TimedCall<Request> call) {
    deadlines_.add(call.request.wait_id, call.timeout, ClientActor(this));
    const bool is_over_at_once = call.timeout <= Milliseconds::zero();
    Request request = call.request;
    calls_.make(Call<Request>{std::move(request), [this, call = std::move(call)](
                                                      typename AnswerOf<Request>::Type answer) {
                                const bool was_overdue = deadlines_.remove(call.request.wait_id);
                                if (!answer || !was_overdue) {
                                  call.on_answer(std::move(answer), true);
                                } else {
                                  taken_back(call, std::move(answer));
                                }
                              }});
    if (is_over_at_once) {
      give_up(deadlines_.take_due());  // behind the request, which looks once
    }
  }

  /// The store answers waits that are taken back with what is there.
  void give_up(const std::vector<std::uint64_t>& overdue) {
    for (const std::uint64_t wait_id : overdue) {
      stop_waiting(wait_id);
    }
  }

  static void taken_back(const TimedCall<provider::WaitForStatus>& call,
                         provider::Answer<OrchestrationStatus> status) {
    call.on_answer(std::move(status), false);
  }

  /// A value that is not there is final if the instance has ended. It may have ended after the wait
  /// was taken back, and set the value with its last turn; so then the value is asked for once more.
  void taken_back(const TimedCall<provider::WaitForValue>& call,
                  const provider::Answer<std::optional<StoredValue>>& value) {
    if (*value && (*value)->version > call.request.after_version) {
      call.on_answer(value, true);
      return;
    }
    calls_.make(Call<provider::GetStatus>{
        {call.request.instance},
        [this, call, value](const provider::Answer<OrchestrationStatus>& now) {
          if (!now || now->is_running()) {
            call.on_answer(value, false);
            return;
          }
          calls_.make(Call<provider::GetValue>{
              {call.request.instance, call.request.key},
              [call](const provider::Answer<std::optional<StoredValue>>& last) {
                call.on_answer(last, true);
              }});
        }});
  }

  OpenCalls<ClientActorImpl, ProviderActor> calls_;
  Deadlines<ClientActorImpl> deadlines_;
};

template <class Requests>
class Caller;

/// Hands each call on, and decides nothing.
template <class... Requests>
class Caller<management::RequestList<Requests...>> final : public ManagementClientActor::base {
 public:
  Caller(caf::actor_config& config, ManagementActor management, LogSink log)
      : ManagementClientActor::base(config), calls_(this, std::move(management), std::move(log)) {}

  behavior_type make_behavior() override {
    calls_.watch_server();
    return {
        [this](Call<Requests>& call) { calls_.make(std::move(call)); }...,
        [this](RunLater& run) { calls_.run(run.action); },
        [this](const Close&) { calls_.close(); },
    };
  }

 private:
  OpenCalls<Caller, ManagementActor> calls_;
};

Surroundings surroundings_of(const Store& store) {
  return {store.clock(), detail::StoreAccess::impl(store).log};
}

}  // namespace

ClientActor spawn_client_actor(const ProviderActor& provider, Surroundings surroundings) {
  return provider.home_system().spawn<ClientActorImpl>(provider, std::move(surroundings));
}

ClientActor spawn_client_actor(const Store& store) {
  return spawn_client_actor(provider_of(store), surroundings_of(store));
}

ManagementClientActor spawn_management_client_actor(const ManagementActor& management,
                                                    Surroundings surroundings) {
  return management.home_system().spawn<Caller<management::Requests>>(management,
                                                                      std::move(surroundings.log));
}

ManagementClientActor spawn_management_client_actor(const Store& store) {
  return spawn_management_client_actor(management_of(store), surroundings_of(store));
}

}  // namespace duroxide::client
