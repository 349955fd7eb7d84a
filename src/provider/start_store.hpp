#pragma once

#include <memory>

#include <duroxide/store.hpp>

#include "provider/provider_actor.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

/// A store of our own on `kv`, whose opening has begun. `parts.on_closed` and `parts.reasons` are
/// filled in.
[[nodiscard]] Store start_store(ActorSystem system, storage::ProviderParts parts);

/// A store on `kv` that is only read.
[[nodiscard]] Store start_read_only_store(ActorSystem system, std::shared_ptr<storage::KvStore> kv,
                                          std::shared_ptr<Clock> clock, LogSink log);

}  // namespace duroxide::DUROXIDE_ABI::detail
