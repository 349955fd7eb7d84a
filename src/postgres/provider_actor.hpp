#pragma once

#include <memory>
#include <string>
#include <vector>

#include <duroxide/provider.hpp>

#include "postgres/request.hpp"

namespace duroxide::postgres {

/// Asks the provider's actor to make a request with its next batch. `done` is called on the provider's
/// turn: it must only send the answer on, or deliver a promise.
struct Apply {
  std::shared_ptr<Request> request;
  /// Instances that it starts, changes or takes out: who waits for them is answered, once it is committed,
  /// with what has become of them.
  std::vector<std::string> touched = {};
};

using StoreActor = ProviderActor::extend<actors::Accepts<Apply>>;

}  // namespace duroxide::postgres

DUROXIDE_MESSAGE(duroxide::postgres::Apply)
