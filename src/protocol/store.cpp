#include <duroxide/store.hpp>

#include <utility>

#include "protocol/store_impl.hpp"

namespace duroxide::DUROXIDE_ABI {

detail::StoreImpl::~StoreImpl() {
  close();
}

void detail::StoreImpl::close() {
  if (process.is_foreign() || is_closing.exchange(true)) {
    return;
  }
  if (on_close) {
    std::exchange(on_close, nullptr)();
  }
}

void Store::close() const {
  if (impl_->process.is_foreign()) {
    return;  // it is as open there as it was
  }
  *impl_->was_closed = true;
  impl_->close();
}

bool Store::is_closed() const {
  return *impl_->was_closed;
}

bool Store::has_management() const {
  return static_cast<bool>(detail::StoreAccess::management(*this));
}

const std::shared_ptr<Clock>& Store::clock() const {
  return detail::StoreAccess::clock(*this);
}

const std::filesystem::path& Store::directory() const {
  return detail::StoreAccess::impl(*this).directory;
}

bool Store::is_read_only() const {
  return detail::StoreAccess::impl(*this).read_only;
}

Store make_store(ActorSystem system, std::shared_ptr<Clock> clock, ProviderActor provider,
                 ManagementActor management, std::function<void()> on_close) {
  if (!on_close) {
    on_close = [provider, management] {
      actors::stop(provider);
      if (management) {
        actors::stop(management);
      }
    };
  }
  return detail::StoreAccess::make_store(
      std::make_shared<detail::StoreImpl>(std::move(system), std::move(clock), std::move(provider),
                                          std::move(management), std::move(on_close)));
}

Store make_store(ActorSystem system, std::shared_ptr<Clock> clock, ProviderActor provider,
                 std::function<void()> on_close) {
  return make_store(std::move(system), std::move(clock), std::move(provider), {},
                    std::move(on_close));
}

const ProviderActor& provider_of(const Store& store) {
  return detail::StoreAccess::provider(store);
}

const ManagementActor& management_of(const Store& store) {
  return detail::StoreAccess::management(store);
}

}  // namespace duroxide::DUROXIDE_ABI
