// Those who want to hear what happens to instances.

#include <utility>

#include "engine/engine.hpp"

namespace duroxide::storage {

namespace {

using Kind = ProviderError::Kind;

constexpr std::uint32_t largest_capacity = 1'000'000;

}  // namespace

void Engine::subscribe(Holder holder, const management::SubscribeChanges& request,
                       ReplyTo<management::SubscribeChanges> reply) {
  constexpr const char* operation = "subscribe_changes";
  if (stopped_) {
    reply(failure(closed_error(operation)));
  } else if (request.capacity == 0 || request.capacity > largest_capacity) {
    reply(failure(make_error(Kind::invalid_input, operation,
                             "the capacity is " + std::to_string(request.capacity) +
                                 "; it must be 1 to " + std::to_string(largest_capacity))));
  } else if (!feed_.subscribe(holder, request.subscription_id, request.filter, request.capacity)) {
    reply(failure(make_error(
        Kind::invalid_input, operation,
        "the sender has a subscription " + std::to_string(request.subscription_id) + " already")));
  } else {
    reply(Done{});
  }
}

void Engine::await_changes(Holder holder, const management::AwaitChanges& request,
                           ReplyTo<management::AwaitChanges> reply) {
  constexpr const char* operation = "await_changes";
  if (stopped_) {
    reply(failure(closed_error(operation)));
  } else if (!feed_.await(holder, request.subscription_id, reply)) {
    reply(failure(
        make_error(Kind::invalid_input, operation,
                   "the sender has no subscription " + std::to_string(request.subscription_id))));
  }
}

void Engine::unsubscribe(Holder holder, const management::UnsubscribeChanges& request,
                         ReplyTo<management::UnsubscribeChanges> reply) {
  feed_.unsubscribe(holder, request.subscription_id);
  reply(Done{});
}

}  // namespace duroxide::storage
