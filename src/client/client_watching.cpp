// Looking at instances.

#include "client/client_impl.hpp"

namespace duroxide::DUROXIDE_ABI {

using client::block;

void ClientWaits::Impl::get_status(std::string_view instance, OnStatus on_status) const {
  if (auto checked = client::check_instance(instance); !checked) {
    refuse(std::move(on_status), std::move(checked).error());
    return;
  }
  ask(provider::GetStatus{std::string(instance)}, std::move(on_status));
}

Client::Status ClientWaits::Impl::get_status(std::string_view instance) const {
  return block<Status>(store,
                       [&](OnStatus on_status) { get_status(instance, std::move(on_status)); });
}

void Client::get_orchestration_status(std::string_view instance, OnStatus on_status) const {
  impl_->get_status(instance, std::move(on_status));
}

Client::Status Client::get_orchestration_status(std::string_view instance) const {
  return impl_->get_status(instance);
}

Client::Status Client::get_status(std::string_view instance) const {
  return get_orchestration_status(instance);
}

void Client::get_bulk_status(const std::vector<std::string>& instances,
                             OnBulkStatus on_status) const {
  for (const std::string& instance : instances) {
    if (auto checked = client::check_instance(instance); !checked) {
      impl_->refuse(std::move(on_status), std::move(checked).error());
      return;
    }
  }
  if (instances.empty()) {
    impl_->companion.run([on_status = std::move(on_status)] { on_status(BulkStatus()); });
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
    impl_->ask(provider::GetStatus{instances[i]}, OnStatus([collected, i](Status status) {
                 if (status) {
                   collected->statuses[i].second = std::move(*status);
                 } else if (!collected->error) {
                   collected->error = std::move(status).error();
                 }
                 if (--collected->missing == 0) {
                   collected->on_status(collected->error
                                            ? BulkStatus(failure(std::move(*collected->error)))
                                            : BulkStatus(std::move(collected->statuses)));
                 }
               }));
  }
}

Client::BulkStatus Client::get_bulk_status(const std::vector<std::string>& instances) const {
  return block<BulkStatus>(impl_->store, [&](OnBulkStatus on_status) {
    get_bulk_status(instances, std::move(on_status));
  });
}

}  // namespace duroxide::DUROXIDE_ABI
