#pragma once

#include <functional>
#include <string>
#include <vector>

#include <duroxide/provider_messages.hpp>

#include "postgres/batches.hpp"
#include "postgres/cancelled_leases.hpp"
#include "postgres/holders.hpp"
#include "postgres/leases.hpp"
#include "postgres/refusal.hpp"
#include "postgres/results.hpp"
#include "postgres/work_fetches.hpp"

namespace duroxide::postgres {

/// The requests about activities that are leased.
class Work final : public Batches::Part {
 public:
  /// All must outlive it.
  Work(Batches& batches, Leases& leases, Holders& holders, CancelledLeases& cancelled,
       WorkFetches& fetches, Results& results);

  void ack(const provider::AckWorker& request, const Reply<void>& reply);
  void abandon(const provider::AbandonWorker& request, Reply<void> reply);
  void release_sessions(Asker asker, const std::vector<std::string>& sessions);

  /// Leases of this process that others have cancelled are asked for.
  void look_for_cancelled();
  void bring(Runner::Batch& batch) override;
  void join(Runner::Batch& /*batch*/) override {}

 private:
  /// What ends a lease answers 0, or that the lease is over.
  [[nodiscard]] std::function<void(Outcome)> ends_lease(const char* operation,
                                                        provider::LockToken token,
                                                        Reply<void> reply);

  Batches& batches_;
  Leases& leases_;
  Holders& holders_;
  CancelledLeases& cancelled_;
  WorkFetches& fetches_;
  Results& results_;
};

}  // namespace duroxide::postgres
