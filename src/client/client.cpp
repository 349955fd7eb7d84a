#include <duroxide/client.hpp>

#include <atomic>
#include <utility>

#include <duroxide/provider.hpp>

#include "client/blocking.hpp"
#include "client/client_actor.hpp"
#include "client/client_errors.hpp"

namespace duroxide {

using client::block;
using client::Call;

struct Client::Impl {
  explicit Impl(Store provider_store, Store management_store)
      : store(std::move(provider_store)),
        management(std::move(management_store)),
        actor(client::spawn_client_actor(provider_of(store))) {}
  ~Impl() { actors::send_from_outside(actor, client::Close{}); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] caf::actor_system& system() const { return actor.home_system(); }

  /// Answers `on_answer` with `error`, on the engine's thread as every answer.
  template <class OnAnswer>
  void refuse(OnAnswer on_answer, ClientError error) const {
    actors::send_from_outside(
        actor, client::RunLater{[on_answer = std::move(on_answer), error = std::move(error)] {
          on_answer(failure(error));
        }});
  }

  void enqueue(provider::EnqueueOrchestratorWork request, OnDone on_done) const {
    actors::send_from_outside(
        actor, Call<provider::EnqueueOrchestratorWork>{
                   std::move(request), [on_done = std::move(on_done)](const duroxide::Done& done) {
                     on_done(done ? Done() : failure(client::client_error(done.error())));
                   }});
  }

  void wait(std::string_view instance, std::uint64_t wait_id, OnStatus on_status) const;

  Store store;
  Store management;
  client::ClientActor actor;
  std::atomic<std::uint64_t> last_wait_id{0};
};

namespace {

Client::Status to_status(provider::Answer<OrchestrationStatus> answer) {
  if (!answer) {
    return failure(client::client_error(answer.error()));
  }
  return std::move(*answer);
}

}  // namespace

Client::Client(Store store) : impl_(std::make_shared<Impl>(store, store)) {}

Client Client::with_management(Store provider, Store management) {
  return Client(std::make_shared<Impl>(std::move(provider), std::move(management)));
}

Client::~Client() = default;

// --- starting, signalling, cancelling -------------------------------------------------------------

void Client::start_text(std::string_view instance, std::string_view orchestration, Text input,
                        const StartOptions& options, OnDone on_done) {
  if (auto bad = client::check_start(instance, orchestration, input, options)) {
    impl_->refuse(std::move(on_done), std::move(*bad));
    return;
  }
  work::StartOrchestration start;
  start.instance = instance;
  start.orchestration = orchestration;
  start.input = std::move(*input);
  start.version = options.version();
  if (options.parent_instance()) {
    start.parent = ParentLink{*options.parent_instance(), 0, options.parent_id()};
  }
  provider::EnqueueOrchestratorWork request;
  request.item = std::move(start);
  request.delay = options.delay();
  request.use_existing = options.reuse() == ReusePolicy::use_existing;
  impl_->enqueue(std::move(request), std::move(on_done));
}

Client::Done Client::start_text(std::string_view instance, std::string_view orchestration,
                                Text input, const StartOptions& options) {
  return block<Done>(impl_->system(), [&](OnDone on_done) {
    start_text(instance, orchestration, std::move(input), options, std::move(on_done));
  });
}

void Client::raise_text(std::string_view instance, std::string_view event, Text data,
                        OnDone on_done) {
  if (auto bad = client::check_event(instance, event, data)) {
    impl_->refuse(std::move(on_done), std::move(*bad));
    return;
  }
  provider::EnqueueOrchestratorWork request;
  request.item = work::ExternalRaised{std::string(instance), std::string(event), std::move(*data)};
  impl_->enqueue(std::move(request), std::move(on_done));
}

Client::Done Client::raise_text(std::string_view instance, std::string_view event, Text data) {
  return block<Done>(impl_->system(), [&](OnDone on_done) {
    raise_text(instance, event, std::move(data), std::move(on_done));
  });
}

void Client::cancel_orchestration(std::string_view instance, std::string_view reason,
                                  OnDone on_done) {
  if (auto bad = client::check_cancel(instance, reason)) {
    impl_->refuse(std::move(on_done), std::move(*bad));
    return;
  }
  provider::EnqueueOrchestratorWork request;
  request.item = work::CancelInstance{std::string(instance), std::string(reason)};
  impl_->enqueue(std::move(request), std::move(on_done));
}

Client::Done Client::cancel_orchestration(std::string_view instance, std::string_view reason) {
  return block<Done>(impl_->system(), [&](OnDone on_done) {
    cancel_orchestration(instance, reason, std::move(on_done));
  });
}

// --- watching -------------------------------------------------------------------------------------

void Client::get_orchestration_status(std::string_view instance, OnStatus on_status) const {
  if (auto bad = client::check_instance(instance)) {
    impl_->refuse(std::move(on_status), std::move(*bad));
    return;
  }
  actors::send_from_outside(
      impl_->actor, Call<provider::GetStatus>{{std::string(instance)},
                                              [on_status = std::move(on_status)](
                                                  provider::Answer<OrchestrationStatus> answer) {
                                                on_status(to_status(std::move(answer)));
                                              }});
}

Client::Status Client::get_orchestration_status(std::string_view instance) const {
  return block<Status>(impl_->system(), [&](OnStatus on_status) {
    get_orchestration_status(instance, std::move(on_status));
  });
}

void Client::get_bulk_status(const std::vector<std::string>& instances,
                             OnBulkStatus on_status) const {
  for (const std::string& instance : instances) {
    if (auto bad = client::check_instance(instance)) {
      impl_->refuse(std::move(on_status), std::move(*bad));
      return;
    }
  }
  if (instances.empty()) {
    actors::send_from_outside(impl_->actor, client::RunLater{[on_status = std::move(on_status)] {
                                on_status(BulkStatus());
                              }});
    return;
  }
  struct Collected {
    std::vector<std::pair<std::string, OrchestrationStatus>> statuses;
    std::optional<ClientError> error;
    std::size_t missing = 0;
    OnBulkStatus on_status;
  };
  auto collected = std::make_shared<Collected>();  // used on the actor's thread alone from here on
  collected->missing = instances.size();
  collected->on_status = std::move(on_status);
  for (const std::string& instance : instances) {
    collected->statuses.emplace_back(instance, OrchestrationStatus());
  }
  for (std::size_t i = 0; i < instances.size(); ++i) {
    actors::send_from_outside(
        impl_->actor,
        Call<provider::GetStatus>{
            {instances[i]}, [collected, i](provider::Answer<OrchestrationStatus> answer) {
              if (answer) {
                collected->statuses[i].second = std::move(*answer);
              } else if (!collected->error) {
                collected->error = client::client_error(answer.error());
              }
              if (--collected->missing == 0) {
                collected->on_status(collected->error
                                         ? BulkStatus(failure(std::move(*collected->error)))
                                         : BulkStatus(std::move(collected->statuses)));
              }
            }});
  }
}

Client::BulkStatus Client::get_bulk_status(const std::vector<std::string>& instances) const {
  return block<BulkStatus>(impl_->system(), [&](OnBulkStatus on_status) {
    get_bulk_status(instances, std::move(on_status));
  });
}

void Client::Impl::wait(std::string_view instance, std::uint64_t wait_id,
                        OnStatus on_status) const {
  if (auto bad = client::check_instance(instance)) {
    refuse(std::move(on_status), std::move(*bad));
    return;
  }
  const std::string id(instance);
  actors::send_from_outside(
      actor, Call<provider::WaitForStatus>{{id, wait_id},
                                           [id, on_status = std::move(on_status)](
                                               provider::Answer<OrchestrationStatus> answer) {
                                             if (answer && answer->is_not_found()) {
                                               on_status(failure(client::not_found(id)));
                                             } else {
                                               on_status(to_status(std::move(answer)));
                                             }
                                           }});
}

void Client::wait_for_completion(std::string_view instance, OnStatus on_status) const {
  impl_->wait(instance, ++impl_->last_wait_id, std::move(on_status));
}

Client::Status Client::wait_milliseconds(std::string_view instance,
                                         std::optional<Milliseconds> timeout) const {
  if (timeout && *timeout < Milliseconds(0)) {
    return failure(ClientError{ClientError::Kind::invalid_input,
                               "the timeout is negative or longer than 100 years"});
  }
  const std::uint64_t wait_id = ++impl_->last_wait_id;
  if (!timeout) {
    return block<Status>(impl_->system(), [&](OnStatus on_status) {
      impl_->wait(instance, wait_id, std::move(on_status));
    });
  }
  client::Awaited<Status> awaited;
  impl_->wait(instance, wait_id, awaited.callback());
  if (auto status = awaited.wait(impl_->system(), timeout)) {
    return std::move(*status);
  }
  actors::send_from_outside(impl_->actor, provider::StopWaiting{wait_id});
  return failure(client::timed_out(instance, *timeout));
}

// --- management -----------------------------------------------------------------------------------

bool Client::has_management_capability() const {
  return impl_->management.has_management();
}

Result<ManagementClient, ClientError> Client::management() const {
  if (!has_management_capability()) {
    return failure(client::no_management());
  }
  return ManagementClient(impl_->management);
}

}  // namespace duroxide
