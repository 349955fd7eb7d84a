#pragma once

// Messages for instances that go to a store together, and answers that come back together. Stores of ours
// take them, clients of ours send them; they are no part of the protocol of `duroxide/provider.hpp`, which
// every store takes and answers.

#include <cstdint>
#include <vector>

#include <duroxide/provider.hpp>

namespace duroxide::storage {

/// One of them, and the number under which its sender knows it.
struct NumberedEnqueue {
  std::uint64_t number = 0;
  provider::EnqueueOrchestratorWork request;
};

/// As so many requests, in this order: each is refused by itself, and answered by its number.
struct EnqueueMany {
  std::vector<NumberedEnqueue> requests;
};

/// What has become of one.
struct EnqueueAnswer {
  std::uint64_t number = 0;
  provider::Answer<void> answer;
};

/// To the sender: of some of them, in the order in which they were answered. The others follow, unless the
/// store ends.
struct EnqueuesAnswered {
  /// No more come in one message, so that the receiver is not busy with one for long.
  static constexpr std::size_t most = 64;

  std::vector<EnqueueAnswer> answers;
};

using ManyEnqueues = actors::Actor<actors::Accepts<EnqueueMany>>;

/// What a provider derives from that takes them.
class TakesManyEnqueues {
 public:
  virtual ~TakesManyEnqueues() = default;
};

/// The same provider, if it takes them; else null. For any thread.
[[nodiscard]] inline ManyEnqueues many_enqueues_of(const ProviderActor& provider) {
  const auto* const actor = caf::actor_cast<caf::abstract_actor*>(provider);
  const bool takes_them = dynamic_cast<const TakesManyEnqueues*>(actor) != nullptr;
  return takes_them ? caf::actor_cast<ManyEnqueues>(provider) : ManyEnqueues();
}

}  // namespace duroxide::storage

DUROXIDE_MESSAGE(duroxide::storage::EnqueueMany)
DUROXIDE_MESSAGE(duroxide::storage::EnqueuesAnswered)
