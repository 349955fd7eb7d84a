#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include <duroxide/log.hpp>
#include <duroxide/provider_messages.hpp>

#include "postgres/batches.hpp"
#include "postgres/cancelled_leases.hpp"
#include "postgres/holders.hpp"
#include "postgres/leases.hpp"
#include "postgres/refusal.hpp"
#include "postgres/results.hpp"
#include "postgres/unknown_code.hpp"

namespace duroxide::postgres {

/// The requests about activities: those who fetch are parked here until there is something for them.
class Work final : public Batches::Part {
 public:
  /// All must outlive it.
  Work(Batches& batches, Leases& leases, Holders& holders, CancelledLeases& cancelled, LogSink log);

  using FetchReply = Reply<std::vector<provider::WorkerItem>>;

  void fetch(Asker asker, const provider::DequeueWorkerPeekLock& request, FetchReply reply);
  void ack(const provider::AckWorker& request, const Reply<void>& reply);
  void abandon(const provider::AbandonWorker& request, Reply<void> reply);
  void release_sessions(Asker asker, const std::vector<std::string>& sessions);

  /// Leases of this process that others have cancelled are asked for.
  void look_for_cancelled();
  /// Answers its parked fetches with nothing. Its leases are given back by whoever calls this.
  void release(Asker asker);
  /// All that was given back as nobody knows it is offered again.
  void try_again() { unknown_.forget(); }
  void refuse_parked(const ProviderError& error);

  void bring(Runner::Batch& batch) override;
  void join(Runner::Batch& batch) override;

 private:
  struct Parked {
    std::uint64_t id = 0;
    Asker asker = 0;
    provider::DequeueWorkerPeekLock request;
    FetchReply reply;
    bool is_asked = false;   ///< for it, in the batch that is under way
    std::uint64_t news = 0;  ///< as they were then
  };

  [[nodiscard]] Request fetch_request(Parked& parked);
  void fetched(std::uint64_t id, const Outcome& outcome);
  /// What ends a lease answers 0, or that the lease is over.
  [[nodiscard]] std::function<void(Outcome)> ends_lease(const char* operation,
                                                        provider::LockToken token,
                                                        Reply<void> reply);

  Batches& batches_;
  Leases& leases_;
  Holders& holders_;
  CancelledLeases& cancelled_;
  LogSink log_;
  Results results_;
  UnknownCode unknown_;
  std::deque<Parked> parked_;
  std::uint64_t newest_ = 0;
  /// Who has found nothing, and as of which news.
  std::map<Asker, std::uint64_t> exhausted_;
};

}  // namespace duroxide::postgres
