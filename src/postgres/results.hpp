#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "postgres/batches.hpp"
#include "postgres/cancelled_leases.hpp"
#include "postgres/leases.hpp"
#include "postgres/refusal.hpp"

namespace duroxide::postgres {

[[nodiscard]] ProviderError work_is_over(const char* operation);

/// Ends of activities, gathered until the next batch: one call ends many of them, as many results come at
/// once where many activities run.
class Results {
 public:
  Results(Leases& leases, CancelledLeases& cancelled) : leases_(leases), cancelled_(cancelled) {}

  /// The end of the activity that is leased under the token of the ack. Throws `Refusal`.
  void add(const provider::AckWorker& ack, Reply<void> reply);
  /// Adds requests for all that were gathered, to which the leases of `process` belong.
  void bring(Runner::Batch& batch, std::int64_t process);

 private:
  struct Gathered {
    provider::LockToken token = 0;
    WorkLease lease;
    std::int64_t kind = 0;
    std::int64_t keeps = 0;
    std::optional<std::string> item;  ///< none if nobody is told
    Reply<void> reply;
  };

  [[nodiscard]] Request end(std::vector<Gathered> results, std::int64_t process);
  void ended(const std::vector<Gathered>& results, const Outcome& outcome);

  Leases& leases_;
  CancelledLeases& cancelled_;
  std::vector<Gathered> gathered_;
};

}  // namespace duroxide::postgres
