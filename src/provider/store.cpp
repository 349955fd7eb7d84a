#include <duroxide/store.hpp>

#include <future>
#include <utility>

#include "provider/management.hpp"
#include "provider/store_impl.hpp"

namespace duroxide {

namespace detail {

StoreImpl::~StoreImpl() {
  if (on_close) {
    on_close();
  }
}

Store start_store(ActorSystem system, storage::ProviderParts parts) {
  caf::actor_system& actors = StoreAccess::system(system);
  const bool deterministic = actors::is_deterministic(actors);
  const auto clock = parts.clock;
  const auto kv = parts.store;
  parts.reasons = std::make_shared<storage::WaitingReasons>();
  const auto reasons = parts.reasons;

  auto closed = std::make_shared<std::promise<void>>();
  parts.on_closed = [closed] { closed->set_value(); };
  auto provider = storage::spawn_provider(actors, std::move(parts));
  auto management = storage::spawn_management(actors, kv, reasons);
  // The provider has a thread of its own, so waiting for it is safe on any other thread: it needs no
  // thread of the scheduler to end. A deterministic system runs only when its test says so.
  auto on_close = [provider, management, closed, deterministic] {
    actors::stop(management);
    actors::stop(provider);
    if (!deterministic) {
      closed->get_future().wait();
    }
  };
  return StoreAccess::make_store(std::make_shared<StoreImpl>(std::move(system), clock, provider,
                                                             management, std::move(on_close)));
}

}  // namespace detail

bool Store::has_management() const {
  return static_cast<bool>(detail::StoreAccess::management(*this));
}

const std::shared_ptr<Clock>& Store::clock() const {
  return detail::StoreAccess::clock(*this);
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

const ProviderActor& provider_of(const Store& store) {
  return detail::StoreAccess::provider(store);
}

const ManagementActor& management_of(const Store& store) {
  return detail::StoreAccess::management(store);
}

}  // namespace duroxide
