// Making a client, and what it tells instances.

#include <duroxide/client_builder.hpp>

#include "client/client_impl.hpp"
#include "client/management_impl.hpp"
#include "protocol/store_impl.hpp"

namespace duroxide::DUROXIDE_ABI {

using client::block;

ClientWaits::Impl::Impl(Store provider_store, Store management_store,
                        std::shared_ptr<model::Interceptors> its_interceptors)
    : store(std::move(provider_store)),
      management(std::move(management_store)),
      interceptors(std::move(its_interceptors)),
      companion(client::Companion::for_provider(store)),
      surroundings(store) {}

const ManagementClient& ClientWaits::Impl::management_client() {
  std::call_once(management_made, [this] { made_management.emplace(management); });
  return *made_management;
}

ClientWaits::Impl::~Impl() {
  surroundings.take_no_more();
  companion.end();
  surroundings.close();
}

Client::Client(std::shared_ptr<Impl> impl) : ClientWaits(std::move(impl)) {}

Client::Client(Store store) : Client(std::make_shared<Impl>(store, store)) {}

namespace {

/// The control of one store beside the management of another. What management changes, it changes in
/// the store that is controlled. The other actor is read only, and lives as long as its store.
Store join(const Store& provider, const ManagementActor& management, std::function<void()> keep) {
  Store both = make_store(detail::StoreAccess::actor_system(provider), provider.clock(),
                          provider_of(provider), management, std::move(keep));
  detail::StoreAccess::impl(both).process = detail::StoreAccess::impl(provider).process;
  return both;
}

}  // namespace

Client Client::with_management(Store provider, Store management) {
  Store both = join(provider, management_of(management), [provider, management] {});
  detail::StoreAccess::impl(both).log = detail::StoreAccess::impl(provider).log;
  detail::StoreAccess::impl(both).was_closed = detail::StoreAccess::impl(management).was_closed;
  return Client(std::make_shared<Impl>(std::move(provider), std::move(both)));
}

Result<Client, ClientError> ClientBuilder::build() const {
  if (!provider_) {
    return failure(ClientError{ClientError::Kind::invalid_input,
                               "a client needs a store to control: call `with_provider`"});
  }
  std::optional<Client> client;
  if (management_) {
    client = Client::with_management(*provider_, *management_);
  } else {
    Store bare = join(*provider_, ManagementActor(), [provider = *provider_] {});
    client = Client(std::make_shared<Client::Impl>(*provider_, std::move(bare)));
  }
  for (const auto& interceptor : interceptors_) {
    client = client->with_interceptor(interceptor);
  }
  return std::move(*client);
}

Client Client::with_interceptor(std::shared_ptr<Interceptor> interceptor) const {
  model::InterceptorList list;
  if (impl_->interceptors) {
    list = impl_->interceptors->list();
  }
  if (interceptor) {
    list.push_back(std::move(interceptor));
  }
  return Client(std::make_shared<Impl>(
      impl_->store, impl_->management,
      model::make_interceptors(list, detail::StoreAccess::impl(impl_->store).log)));
}

Client ManagementClient::runtime(Store provider) const {
  return Client::with_management(std::move(provider), impl_->store);
}

Client ManagementClient::runtime() const {
  return Client(impl_->store);
}

Client::~Client() = default;

// --- signalling, cancelling -----------------------------------------------------------------------

void Client::raise_text(std::string_view instance, std::string_view event, Text data,
                        const RaiseOptions& options, OnDone on_done) {
  if (auto checked = client::check_event(instance, event, data, options); !checked) {
    impl_->refuse(std::move(on_done), std::move(checked).error());
    return;
  }
  provider::EnqueueOrchestratorWork request;
  request.item = work::ExternalRaised{std::string(instance), std::string(event), std::move(*data)};
  request.key = options.key();
  impl_->ask(std::move(request), std::move(on_done));
}

Client::Done Client::raise_text(std::string_view instance, std::string_view event, Text data,
                                const RaiseOptions& options) {
  return block<Done>(impl_->store, [&](OnDone on_done) {
    raise_text(instance, event, std::move(data), options, std::move(on_done));
  });
}

void Client::enqueue_text(std::string_view instance, std::string_view queue, Text data,
                          const RaiseOptions& options, OnDone on_done) {
  if (auto checked = client::check_queue_message(instance, queue, data, options); !checked) {
    impl_->refuse(std::move(on_done), std::move(checked).error());
    return;
  }
  provider::EnqueueOrchestratorWork request;
  request.item = work::QueueMessage{std::string(instance), std::string(queue), std::move(*data)};
  request.key = options.key();
  impl_->ask(std::move(request), std::move(on_done));
}

Client::Done Client::enqueue_text(std::string_view instance, std::string_view queue, Text data,
                                  const RaiseOptions& options) {
  return block<Done>(impl_->store, [&](OnDone on_done) {
    enqueue_text(instance, queue, std::move(data), options, std::move(on_done));
  });
}

void Client::cancel_orchestration(std::string_view instance, std::string_view reason,
                                  OnDone on_done) {
  if (auto checked = client::check_cancel(instance, reason); !checked) {
    impl_->refuse(std::move(on_done), std::move(checked).error());
    return;
  }
  provider::EnqueueOrchestratorWork request;
  request.item = work::CancelInstance{std::string(instance), std::string(reason)};
  impl_->ask(std::move(request), std::move(on_done));
}

Client::Done Client::cancel_orchestration(std::string_view instance, std::string_view reason) {
  return block<Done>(impl_->store, [&](OnDone on_done) {
    cancel_orchestration(instance, reason, std::move(on_done));
  });
}

Client::Done Client::cancel_instance(std::string_view instance, std::string_view reason) {
  return cancel_orchestration(instance, reason);
}

// --- management -----------------------------------------------------------------------------------

bool Client::has_management_capability() const {
  return impl_->management.has_management();
}

Result<ManagementClient, ClientError> Client::management() const {
  if (!has_management_capability()) {
    return failure(client::no_management());
  }
  return impl_->management_client();
}

}  // namespace duroxide::DUROXIDE_ABI
