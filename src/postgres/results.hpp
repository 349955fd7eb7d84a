#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "postgres/batches.hpp"
#include "postgres/cancelled_leases.hpp"
#include "postgres/leases.hpp"
#include "postgres/refusal.hpp"

namespace duroxide::postgres {

[[nodiscard]] ProviderError work_is_over(const char* operation);

/// Results that have come for an instance and go to the database with the next batch.
struct ResultsForTurn {
  std::uint64_t execution = 0;
  std::vector<WorkItem> messages;
  std::size_t bytes = 0;
};

/// A turn that was handed out ahead of its messages, which the batch that brings them leases.
struct TurnAhead {
  std::int64_t number = 0;
  provider::LockToken token = 0;
  provider::LockToken last_token = 0;  ///< of the turn before: nobody else has had one since
  std::int64_t holder = 0;
  std::int64_t messages = 0;  ///< it has so many
};

/// Ends of activities, gathered until the next batch: one call ends many of them, as many results come at
/// once where many activities run.
class Results {
 public:
  Results(Batches& batches, Leases& leases, CancelledLeases& cancelled)
      : batches_(batches), leases_(leases), cancelled_(cancelled) {}

  /// The end of the activity that is leased under the token of the ack. Throws `Refusal`.
  void add(const provider::AckWorker& ack, Reply<void> reply);

  /// What has come for instances of which no turn was handed out with it.
  [[nodiscard]] std::map<std::string, ResultsForTurn> for_turns() const;
  /// A turn was handed out with all that has come for this instance.
  void go_ahead(const std::string& instance, const TurnAhead& turn);

  /// Adds requests for all that were gathered, to which the leases of `process` belong.
  void bring(Runner::Batch& batch, std::int64_t process);

 private:
  struct Gathered {
    provider::LockToken token = 0;
    WorkLease lease;
    std::int64_t kind = 0;
    std::int64_t keeps = 0;
    std::optional<std::string> item;  ///< none if nobody is told
    std::optional<WorkItem> message;  ///< the same
    std::optional<TurnAhead> turn;    ///< that has it
    Reply<void> reply;
  };

  [[nodiscard]] Request end(std::vector<Gathered> results, std::int64_t process);
  void ended(const std::vector<Gathered>& results, const Outcome& outcome);
  /// The turn was not leased: its ack comes to nothing, and what it had is handed out again.
  void withdraw(const TurnAhead& turn);

  Batches& batches_;
  Leases& leases_;
  CancelledLeases& cancelled_;
  std::vector<Gathered> gathered_;
};

}  // namespace duroxide::postgres
