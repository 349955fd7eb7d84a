#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/log.hpp>
#include <duroxide/provider_messages.hpp>

#include "postgres/batches.hpp"
#include "postgres/holders.hpp"
#include "postgres/leases.hpp"
#include "postgres/promised_work.hpp"
#include "postgres/refusal.hpp"
#include "postgres/unknown_code.hpp"

namespace duroxide::postgres {

/// Those in this process who wait for activities are parked here until there is something for them.
class WorkFetches final : public Batches::Part {
 public:
  /// All must outlive it.
  WorkFetches(Batches& batches, Leases& leases, Holders& holders, LogSink log);

  using FetchReply = Reply<std::vector<provider::WorkerItem>>;

  void fetch(Asker asker, const provider::DequeueWorkerPeekLock& request, FetchReply reply);

  /// Promises activities to those who wait, as far as these have found nothing older. Each promise is kept or
  /// taken back. Until then, who has one is handed nothing else.
  [[nodiscard]] PromisedWork promise(std::vector<work::ActivityExecute> items);
  /// They are committed. `tokens` are the fencing numbers of those that were leased, by their events.
  void keep(const PromisedWork& promised, const TurnLease& turn,
            const std::map<std::uint64_t, provider::LockToken>& tokens);
  void take_back(const PromisedWork& promised);

  /// Answers its parked fetches with nothing. Its leases are given back by whoever calls this.
  void release(Asker asker);
  /// Who has asked has said that it does not know such an activity, until that time.
  void note_unknown(Asker asker, const std::string& name, Timestamp until) {
    unknown_.add(asker, name, until);
  }
  [[nodiscard]] bool another_may_know(const std::string& name) const {
    return unknown_.another_may_know(name);
  }
  /// All that was given back as nobody knows it is offered again.
  void try_again() { unknown_.forget(); }
  void refuse_parked(const ProviderError& error);

  void join(Runner::Batch& batch) override;

 private:
  struct Parked {
    std::uint64_t id = 0;
    Asker asker = 0;
    provider::DequeueWorkerPeekLock request;
    FetchReply reply;
    bool is_asked = false;       ///< for it, in the batch that is under way
    std::uint64_t news = 0;      ///< as they were then
    std::uint64_t promised = 0;  ///< activities that are being committed
    /// They are in the batch that is under way: more come too late for its answer.
    bool is_full = false;
    bool was_passed_over = false;  ///< when others were asked for
    std::vector<provider::WorkerItem> given = {};
  };

  [[nodiscard]] std::deque<Parked>::iterator find(std::uint64_t id);
  [[nodiscard]] Request fetch_request(Parked& parked);
  void fetched(std::uint64_t id, const Outcome& outcome);
  [[nodiscard]] std::optional<provider::WorkerItem> read(const Rows::Row& row, Asker asker);
  /// Whether it may be handed this by the commit that makes it.
  [[nodiscard]] bool can_take(const Parked& parked, const work::ActivityExecute& item) const;
  /// What it was promised has come, or does not come.
  void settle(std::deque<Parked>::iterator parked);

  Batches& batches_;
  Leases& leases_;
  Holders& holders_;
  LogSink log_;
  UnknownCode unknown_;
  std::deque<Parked> parked_;
  std::uint64_t newest_ = 0;
  /// Who has found nothing, and as of which news.
  std::map<Asker, std::uint64_t> exhausted_;
};

}  // namespace duroxide::postgres
