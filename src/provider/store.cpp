#include <duroxide/store.hpp>

#include <future>
#include <utility>

#include "protocol/enough_threads.hpp"
#include "protocol/store_impl.hpp"
#include "provider/read_only_provider.hpp"
#include "queries/management.hpp"

namespace duroxide {

namespace detail {

StoreImpl::~StoreImpl() {
  if (on_close) {
    on_close();
  }
}

namespace {

void tell(const LogSink& log, std::string message) {
  if (log) {
    LogRecord line;
    line.message = std::move(message);
    log(line);
  }
}

/// What is called when the last handle is gone: it waits until the store is closed.
template <class Provider>
std::function<void()> closing(const Provider& provider, const ManagementActor& management,
                              std::shared_ptr<std::promise<void>> closed, bool deterministic) {
  // The provider has a thread of its own, so waiting for it is safe on any other thread: it needs no
  // thread of the scheduler to end. A deterministic system runs only when its test says so.
  return [provider, management, closed = std::move(closed), deterministic] {
    actors::stop(management);
    actors::stop(provider);
    if (!deterministic) {
      closed->get_future().wait();
    }
  };
}

}  // namespace

Store start_store(ActorSystem system, storage::ProviderParts parts) {
  caf::actor_system& actors = StoreAccess::system(system);
  const auto clock = parts.clock;
  const auto kv = parts.store;
  const auto log = parts.log = model::careful_sink(std::move(parts.log));
  parts.reasons = std::make_shared<storage::WaitingReasons>();
  const auto reasons = parts.reasons;

  storage::require_threads(actors, 1);
  auto closed = std::make_shared<std::promise<void>>();
  const std::string name =
      kv->directory().empty() ? "in memory" : "`" + kv->directory().string() + "`";
  if (parts.session.after_crash) {
    tell(log, "the store " + name + " was not closed the last time, and is recovered");
  }
  parts.on_closed = [closed, log, name] {
    tell(log, "the store " + name + " is closed");
    closed->set_value();
  };
  const std::uint64_t openings = parts.session.id;
  auto provider = storage::spawn_provider(actors, std::move(parts));
  auto management =
      storage::spawn_management(actors, storage::Management(kv, reasons, clock, log), provider);
  auto on_close =
      closing(provider, management, std::move(closed), actors::is_deterministic(actors));
  auto impl = std::make_shared<StoreImpl>(std::move(system), clock, provider, management,
                                          std::move(on_close));
  impl->log = log;
  tell(log, "the store " + name + " is open, for the " + std::to_string(openings) + ". time");
  return StoreAccess::make_store(std::move(impl));
}

Store start_read_only_store(ActorSystem system, std::shared_ptr<storage::KvStore> kv,
                            std::shared_ptr<Clock> clock, LogSink log) {
  caf::actor_system& actors = StoreAccess::system(system);
  storage::require_threads(actors, 1);
  auto closed = std::make_shared<std::promise<void>>();
  auto provider = storage::spawn_read_only_provider(actors, kv, [closed] { closed->set_value(); });
  auto management = storage::spawn_management(
      actors,
      storage::Management(std::move(kv), std::make_shared<storage::WaitingReasons>(), clock),
      provider);
  auto on_close =
      closing(provider, management, std::move(closed), actors::is_deterministic(actors));
  auto impl = std::make_shared<StoreImpl>(std::move(system), std::move(clock), provider, management,
                                          std::move(on_close));
  impl->log = model::careful_sink(std::move(log));
  impl->read_only = true;
  return StoreAccess::make_store(std::move(impl));
}

}  // namespace detail

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

}  // namespace duroxide
