#pragma once

#include <functional>
#include <memory>

#include "provider/provider_actor.hpp"
#include "storage/kv.hpp"

namespace duroxide::storage {

/// Spawns the provider of a store that is only read: it tells what is committed, and refuses
/// everything else with `read_only`. It closes the store when it ends, then calls `on_closed`.
[[nodiscard]] WriterActor spawn_read_only_provider(caf::actor_system& system,
                                                   std::shared_ptr<KvStore> store,
                                                   std::function<void()> on_closed);

}  // namespace duroxide::storage
