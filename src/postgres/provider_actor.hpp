#pragma once

#include <memory>
#include <string>
#include <vector>

#include <duroxide/provider.hpp>

#include "postgres/request.hpp"
#include "postgres/store_parts.hpp"

namespace duroxide::postgres {

/// Asks the provider's actor to make a request with its next batch. `done` is called on the provider's
/// turn: it must only send the answer on, or deliver a promise.
struct Apply {
  std::shared_ptr<Request> request;
  /// Instances that it starts, changes or takes out: who waits for them is answered, once it is committed,
  /// with what has become of them.
  std::vector<std::string> touched = {};
};

/// What another process notifies; empty if something may have been missed.
struct Notified {
  std::string payload;
};

using StoreActor = ProviderActor::extend<actors::Accepts<Apply>, actors::Accepts<Notified>>;

/// Spawns the actor through which this process uses the store. It leaves the store when it ends.
[[nodiscard]] StoreActor spawn_provider(caf::actor_system& system, StoreParts parts);

}  // namespace duroxide::postgres

DUROXIDE_MESSAGE(duroxide::postgres::Apply)
DUROXIDE_MESSAGE(duroxide::postgres::Notified)
