#include "engine/subscriptions.hpp"

#include <cstdint>
#include <string>

namespace duroxide::storage {

namespace {

constexpr std::uint32_t largest_capacity = 1'000'000;

}  // namespace

void subscribe(Transaction& transaction, Holder holder, const management::SubscribeChanges& request,
               Reply<Done> reply) {
  reply(answer_of<void>("subscribe_changes", [&]() -> Done {
    if (request.capacity == 0 || request.capacity > largest_capacity) {
      throw_invalid("the capacity is " + std::to_string(request.capacity) + "; it must be 1 to " +
                    std::to_string(largest_capacity));
    }
    if (!transaction.feed().subscribe(holder, request.subscription_id, request.filter,
                                      request.capacity)) {
      throw_invalid("the sender has a subscription " + std::to_string(request.subscription_id) +
                    " already");
    }
    return {};
  }));
}

void await_changes(Transaction& transaction, Holder holder, const management::AwaitChanges& request,
                   ChangeFeed::ChangesReply reply) {
  if (!transaction.feed().await(holder, request.subscription_id, reply)) {
    reply(failure(
        make_error(ProviderError::Kind::invalid_input, "await_changes",
                   "the sender has no subscription " + std::to_string(request.subscription_id))));
  }
}

}  // namespace duroxide::storage
