// What concerns single activities: heartbeats, completion from outside, cancellation.

#include <utility>

#include "engine/engine.hpp"
#include "model/invariant.hpp"
#include "model/limits.hpp"

namespace duroxide::storage {

namespace {

using Kind = ProviderError::Kind;

}  // namespace

void Engine::await_cancelled_work(Holder holder, TokensReply reply) {
  if (stopped_) {
    reply(failure(closed_error("await_cancelled_work")));
    return;
  }
  cancelled_.await(holder, std::move(reply));
}

}  // namespace duroxide::storage
