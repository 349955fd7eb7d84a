#pragma once

#include <functional>
#include <memory>

#include <duroxide/management_protocol.hpp>
#include <duroxide/provider.hpp>

#include "engine/engine.hpp"

namespace duroxide::storage {

/// The provider, and what management may change.
template <class... Requests>
using ExtendedProvider =
    ProviderActor::extend<actors::Replies<Requests, typename Requests::Response>...>;
using WriterActor =
    ExtendedProvider<management::DeleteInstances, management::DeleteTrees,
                     management::PruneExecutions, management::PruneInstances, management::Pause,
                     management::TerminateInstance, management::DropMessage,
                     management::RewindInstance, management::ForkInstance,
                     management::ImportInstance, management::SubscribeChanges,
                     management::AwaitChanges, management::UnsubscribeChanges>;

/// Everything that the actor's engine is made of.
struct ProviderParts {
  std::shared_ptr<KvStore> store;
  Opening opening;
  std::shared_ptr<Clock> clock;
  LogSink log;
  std::shared_ptr<WaitingReasons> reasons;
  EngineOptions options;
  /// Called once the store is closed, on the actor's own thread.
  std::function<void()> on_closed;
};

/// Spawns the actor that owns the writes of a store: on the engine thread of a system of ours, on a thread
/// of its own in one that was lent, or as an ordinary scheduled actor if that is deterministic. It closes
/// the store when it ends.
[[nodiscard]] WriterActor spawn_provider(caf::actor_system& system, ProviderParts parts);

}  // namespace duroxide::storage
