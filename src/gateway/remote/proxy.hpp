#pragma once

#include <memory>

#include <duroxide/management_protocol.hpp>
#include <duroxide/provider.hpp>

#include "gateway/remote/link.hpp"

namespace duroxide::gateway::remote {

/// Something has come over the link.
struct FromEngine {
  LinkEvent event;
};

/// The store is closed: end once what was asked before is answered.
struct Finish {};

/// Stands in for the provider and the management of an engine: one actor, under three names.
struct Proxy {
  ProviderActor provider;
  ManagementActor management;
  /// Takes `FromEngine` and `Finish`.
  actors::DynamicActor itself;
};

/// It hands what it is asked to `link`, and answers with what comes from there. Tell it what the link
/// tells.
[[nodiscard]] Proxy spawn_proxy(caf::actor_system& system, std::shared_ptr<Link> link);

}  // namespace duroxide::gateway::remote

DUROXIDE_MESSAGE(duroxide::gateway::remote::FromEngine)
DUROXIDE_MESSAGE(duroxide::gateway::remote::Finish)
