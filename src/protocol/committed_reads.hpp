#pragma once

// Reads that do not wait for the disk. Stores of ours have them, clients of ours use them; they are no part
// of the protocol of `duroxide/provider.hpp`, in which every store answers these requests itself.

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <duroxide/provider.hpp>

#include "protocol/numbered_requests.hpp"

namespace duroxide::storage {

/// Answers from what is committed, without the actor that commits: that one is deaf as long as it waits for
/// its disk. A read sees every change that was acknowledged before it was asked for.
using CommittedReads =
    actors::Actor<actors::Replies<provider::Read, provider::Answer<std::vector<Event>>>,
                  actors::Replies<provider::GetStatus, provider::Answer<OrchestrationStatus>>,
                  actors::Replies<provider::GetValue, provider::Answer<std::optional<StoredValue>>>,
                  actors::Replies<provider::GetValues, provider::Answer<std::vector<StoredValue>>>>;

/// What a provider derives from that has such an actor, which ends with it.
class HasCommittedReads {
 public:
  explicit HasCommittedReads(CommittedReads reads) : reads_(std::move(reads)) {}
  virtual ~HasCommittedReads() = default;

  /// For any thread, as long as the provider lives.
  [[nodiscard]] const CommittedReads& committed_reads() const { return reads_; }

 private:
  CommittedReads reads_;
};

/// That of a provider; null if it has none. For any thread.
[[nodiscard]] inline CommittedReads committed_reads_of(const ProviderActor& provider) {
  const auto* const actor = caf::actor_cast<caf::abstract_actor*>(provider);
  const auto* const has = dynamic_cast<const HasCommittedReads*>(actor);
  return has != nullptr ? has->committed_reads() : CommittedReads();
}

template <class Request>
concept ReadsCommitted =
    std::is_same_v<Request, provider::Read> || std::is_same_v<Request, provider::GetStatus> ||
    std::is_same_v<Request, provider::GetValue> || std::is_same_v<Request, provider::GetValues>;

/// Asks a provider, or its `reads` if that is a request of theirs and there are any; see
/// `actors::ask_under`.
template <class Self, class Request>
void ask_under(Self* self, std::uint64_t number, const ProviderActor& provider,
               const CommittedReads& reads, Request request) {
  if constexpr (ReadsCommitted<Request>) {
    if (reads) {
      actors::ask_under(self, number, reads, std::move(request));
      return;
    }
  }
  actors::ask_under(self, number, provider, std::move(request));
}

}  // namespace duroxide::storage
