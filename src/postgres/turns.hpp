#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <duroxide/log.hpp>
#include <duroxide/provider_messages.hpp>

#include "postgres/batches.hpp"
#include "postgres/cancelled_leases.hpp"
#include "postgres/children_again.hpp"
#include "postgres/holders.hpp"
#include "postgres/leases.hpp"
#include "postgres/refusal.hpp"
#include "postgres/residents.hpp"
#include "postgres/turn_fetches.hpp"
#include "postgres/waiting.hpp"
#include "postgres/work_fetches.hpp"

namespace duroxide::postgres {

/// The requests about turns that are leased.
class Turns {
 public:
  /// Calls the first function where it may wait for the database, then the second on the actor's turn.
  using LookAside = std::function<void(std::function<void(Database&)>, std::function<void()>)>;

  /// All must outlive it.
  Turns(Batches& batches, Leases& leases, Holders& holders, Waiting& waiting,
        CancelledLeases& cancelled, Residents& residents, TurnFetches& fetches, WorkFetches& work,
        LookAside look_aside, LogSink log);

  void ack(const provider::AckOrchestrationItem& request, Reply<void> reply);
  void abandon(const provider::AbandonOrchestrationItem& request, const Reply<void>& reply);
  void release_resident(Asker asker, const std::string& instance);

  /// Acks that wait until children were looked at are refused.
  void refuse_looking(const ProviderError& error);

 private:
  /// An ack on its way.
  struct Acking {
    std::shared_ptr<const provider::AckOrchestrationItem> ack;
    Reply<void> reply;
    std::shared_ptr<const ChildrenAgain> children;  ///< null until it is known that there are some
    int looks = 0;                                  ///< at them
  };

  [[nodiscard]] static bool may_bring_timers(const Acking& acking, const PromisedWork& work);
  /// An ack has been answered. `work_at`: where the answer is that tells of its activities, if it has any.
  void answered(const Acking& acking, const TurnLease& lease, const PromisedWork& work,
                std::optional<std::size_t> work_at, const Answers& answers);
  /// Throws `Refusal`.
  void make(const Acking& acking, TurnLease& lease);
  /// It was refused for the time being: it starts children that have failed before.
  void look_at_failed_children(Acking acking, const TurnLease& lease);
  void make_again(provider::LockToken token, const Result<ChildrenAgain, ProviderError>& looked);
  /// It was not made: the lease holds.
  void give_up(const Acking& acking, ProviderError why);
  void acked(const provider::AckOrchestrationItem& request, const TurnLease& lease,
             const Rows& answer);

  Batches& batches_;
  Leases& leases_;
  Holders& holders_;
  Waiting& waiting_;
  CancelledLeases& cancelled_;
  Residents& residents_;
  TurnFetches& fetches_;
  WorkFetches& work_;
  LookAside look_aside_;
  LogSink log_;
  /// Those whose children are being looked at.
  std::map<provider::LockToken, Acking> looking_;
};

}  // namespace duroxide::postgres
