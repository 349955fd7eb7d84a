#pragma once

#include <cstdint>
#include <vector>

#include <duroxide/provider_messages.hpp>

#include "postgres/batches.hpp"
#include "postgres/holders.hpp"
#include "postgres/leases.hpp"
#include "postgres/refusal.hpp"

namespace duroxide::postgres {

/// The requests about the timer queue: those who ask what is due are parked here until something is.
class Timers final : public Batches::Part {
 public:
  /// What a host does for it: has `look_again` called after a delay.
  using Alarm = std::function<void(Milliseconds)>;

  /// All must outlive it.
  Timers(Batches& batches, Leases& leases, Holders& holders, Alarm alarm);

  using DueReply = Reply<provider::DueTimers>;

  void dequeue(Asker asker, const provider::DequeueTimerPeekLock& request, DueReply reply);
  void ack(const provider::AckTimer& request, Reply<void> reply);
  void enqueue(const provider::EnqueueTimerWork& request, Reply<void> reply);
  /// It is time.
  void look_again() { batches_.look_for({true, true, true}); }

  /// Answers its parked request with nothing. Its leases are given back by whoever calls this.
  void release(Asker asker);
  void refuse_parked(const ProviderError& error);

  void join(Runner::Batch& batch) override;

 private:
  struct Parked {
    std::uint64_t id = 0;
    Asker asker = 0;
    provider::DequeueTimerPeekLock request;
    DueReply reply;
    bool is_asked = false;  ///< for it, in the batch that is under way
  };

  [[nodiscard]] Request fetch_request(Parked& parked);
  void fetched(std::uint64_t id, Asker asker, const Outcome& outcome);

  Batches& batches_;
  Leases& leases_;
  Holders& holders_;
  Alarm alarm_;
  std::vector<Parked> parked_;
  std::uint64_t newest_ = 0;
};

}  // namespace duroxide::postgres
