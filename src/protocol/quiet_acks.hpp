#pragma once

// Acks that are answered only if they are refused. Stores of ours take them, runtimes of ours send them;
// they are no part of the protocol of `duroxide/provider.hpp`, which every store takes and answers.

#include <memory>

#include <duroxide/clock.hpp>
#include <duroxide/provider.hpp>

namespace duroxide::storage {

/// Is told that a turn is refused, also after the sender of its ack has ended.
class RefusalListener {
 public:
  virtual ~RefusalListener() = default;
  /// On the thread of the store, which it must not hold up.
  virtual void refused(const ProviderError& error) const noexcept = 0;
};

/// As `AckOrchestrationItem`. If it is refused, its sender may have ended already: so the store itself then
/// gives the turn back, as if the sender had abandoned it with this delay.
struct AckTurnQuietly {
  provider::AckOrchestrationItem ack;
  Milliseconds delay_if_refused{0};
  std::shared_ptr<const RefusalListener> listener = nullptr;  ///< may be null
};

/// As `AckWorker`. If it is refused, the lease is left as `AckWorker` leaves it.
struct AckWorkQuietly {
  provider::AckWorker ack;
};

/// To the sender of one of these that was refused.
struct AckRefused {
  provider::LockToken lock_token = 0;
  ProviderError error;
};

using QuietAcks = actors::Actor<actors::Accepts<AckTurnQuietly>, actors::Accepts<AckWorkQuietly>>;

/// What a provider derives from that takes them.
class TakesQuietAcks {
 public:
  virtual ~TakesQuietAcks() = default;
};

/// The same provider, if it takes them; else null. For any thread.
[[nodiscard]] inline QuietAcks quiet_acks_of(const ProviderActor& provider) {
  const auto* const actor = caf::actor_cast<caf::abstract_actor*>(provider);
  const bool takes_them = dynamic_cast<const TakesQuietAcks*>(actor) != nullptr;
  return takes_them ? caf::actor_cast<QuietAcks>(provider) : QuietAcks();
}

}  // namespace duroxide::storage

DUROXIDE_MESSAGE(duroxide::storage::AckTurnQuietly)
DUROXIDE_MESSAGE(duroxide::storage::AckWorkQuietly)
DUROXIDE_MESSAGE(duroxide::storage::AckRefused)
