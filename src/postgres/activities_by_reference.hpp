#pragma once

#include <duroxide/provider_messages.hpp>

#include "postgres/batches.hpp"
#include "postgres/leases.hpp"
#include "postgres/refusal.hpp"

namespace duroxide::postgres {

/// The requests that name an activity by its instance, execution and event, whoever runs it.
class ActivitiesByReference {
 public:
  /// Both must outlive it.
  ActivitiesByReference(Batches& batches, Leases& leases) : batches_(batches), leases_(leases) {}

  void heartbeat(const provider::Heartbeat& request, Reply<void> reply);
  void complete(const provider::CompleteActivity& request, Reply<void> reply);

 private:
  Batches& batches_;
  Leases& leases_;
};

}  // namespace duroxide::postgres
