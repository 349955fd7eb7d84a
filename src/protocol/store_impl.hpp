#pragma once

// What stands behind the public handles of store.hpp.

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <duroxide/log.hpp>
#include <duroxide/management_protocol.hpp>
#include <duroxide/provider.hpp>
#include <duroxide/store.hpp>

#include "model/careful_sink.hpp"
#include "model/invariant_sink.hpp"
#include "model/process_mark.hpp"
#include "protocol/overdue_turns.hpp"
#include "protocol/registrations.hpp"

namespace duroxide::model {
class Metrics;
}  // namespace duroxide::model

namespace duroxide::DUROXIDE_ABI::detail {

/// An actor system that is ours, or one that was lent to us.
class ActorSystemImpl {
 public:
  virtual ~ActorSystemImpl() = default;
  [[nodiscard]] virtual caf::actor_system& get() = 0;
};

struct StoreImpl {
  StoreImpl(ActorSystem actor_system, std::shared_ptr<Clock> store_clock,
            ProviderActor provider_actor, ManagementActor management_actor,
            std::function<void()> close)
      : system(std::move(actor_system)),
        clock(std::move(store_clock)),
        provider(std::move(provider_actor)),
        management(std::move(management_actor)),
        on_close(std::move(close)) {}
  ~StoreImpl();
  StoreImpl(const StoreImpl&) = delete;
  StoreImpl& operator=(const StoreImpl&) = delete;

  /// Closes it, once, whoever still has a handle. Nothing happens in a process that was forked.
  void close();

  ActorSystem system;  ///< first, so that it outlives the actors
  std::shared_ptr<Clock> clock;
  ProviderActor provider;
  ManagementActor management;
  std::function<void()> on_close;  ///< called once
  std::atomic<bool> is_closing{false};
  /// Whether that was `Store::close`. Clients share it.
  std::shared_ptr<std::atomic<bool>> was_closed = std::make_shared<std::atomic<bool>>(false);
  model::ProcessMark process;  ///< the one that opened it
  /// For what goes wrong in the calls of its facades; a store of somebody else's has no other.
  LogSink log = model::careful_sink(stderr_log_sink(LogLevel::warn));
  /// So that the log of a store of ours has the last words of a process that ends by a bug of ours.
  std::optional<model::InvariantSink> last_words;
  std::filesystem::path directory;  ///< empty if it has none; set before anybody sees the store
  Registrations registrations;
  std::shared_ptr<OverdueTurns> overdue_turns = std::make_shared<OverdueTurns>();
  std::shared_ptr<model::Metrics> metrics;  ///< what runtimes count too; null if nothing is counted
  bool read_only = false;
  bool is_remote = false;  ///< another process has it open, and runs it
};

/// The way from the handles to what is behind them, for the runtime and the client.
struct StoreAccess {
  [[nodiscard]] static ActorSystem make_system(std::shared_ptr<ActorSystemImpl> impl) {
    return ActorSystem(std::move(impl));
  }
  [[nodiscard]] static Store make_store(std::shared_ptr<StoreImpl> impl) {
    return Store(std::move(impl));
  }
  [[nodiscard]] static caf::actor_system& system(const ActorSystem& system) {
    return system.impl_->get();
  }
  [[nodiscard]] static caf::actor_system& system(const Store& store) {
    return system(store.impl_->system);
  }
  [[nodiscard]] static const ActorSystem& actor_system(const Store& store) {
    return store.impl_->system;
  }
  [[nodiscard]] static StoreImpl& impl(const Store& store) { return *store.impl_; }
  [[nodiscard]] static const ProviderActor& provider(const Store& store) {
    return store.impl_->provider;
  }
  [[nodiscard]] static const ManagementActor& management(const Store& store) {
    return store.impl_->management;
  }
  [[nodiscard]] static const std::shared_ptr<Clock>& clock(const Store& store) {
    return store.impl_->clock;
  }
};

}  // namespace duroxide::DUROXIDE_ABI::detail
