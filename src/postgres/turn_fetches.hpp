#pragma once

#include <cstddef>
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
#include "postgres/refusal.hpp"
#include "postgres/residents.hpp"
#include "postgres/results.hpp"
#include "postgres/start_calls.hpp"
#include "postgres/unknown_code.hpp"

namespace duroxide::postgres {

/// Those in this process who wait for turns are parked here until there is something for them.
class TurnFetches final : public Batches::Part {
 public:
  /// All must outlive it.
  TurnFetches(Batches& batches, Leases& leases, Holders& holders, Residents& residents,
              Results& results, LogSink log);

  using FetchReply = Reply<std::vector<provider::OrchestrationItem>>;

  void fetch(Asker asker, const provider::FetchOrchestrationItem& request, FetchReply reply);

  /// Hands out the first turn of an instance that the next batch starts, if somebody waits who may have its code,
  /// and nothing is known here of that instance.
  [[nodiscard]] std::optional<FirstTurnAhead> go_ahead(const work::StartOrchestration& start);
  /// The database has not leased a turn that was handed out so.
  void withdraw(provider::LockToken token, const std::string& instance);

  /// Answers its parked fetches with nothing. Its leases are given back by whoever calls this.
  void release(Asker asker);
  /// Who has asked has said that it does not have this code, until that time.
  void note_unknown(Asker asker, const std::string& code, Timestamp until) {
    unknown_.add(asker, code, until);
  }
  [[nodiscard]] bool another_may_know(const std::string& code) const {
    return unknown_.another_may_know(code);
  }
  /// All that was given back as nobody has the code is offered again.
  void try_again() { unknown_.forget(); }
  void refuse_parked(const ProviderError& error);

  bool go_ahead() override;
  void join(Runner::Batch& batch) override;

 private:
  struct Parked {
    std::uint64_t id = 0;
    Asker asker = 0;
    std::uint64_t max_items = 1;
    FetchReply reply;
    bool is_asked = false;   ///< for it, in the batch that is under way
    std::uint64_t news = 0;  ///< as they were then
    std::vector<provider::OrchestrationItem> ahead = {};
    std::size_t bytes_ahead = 0;
  };

  [[nodiscard]] Request fetch_request(Parked& parked);
  void fetched(std::uint64_t id, const Outcome& outcome);
  void hand_out(std::deque<Parked>::iterator parked, const Rows& rows);
  void set_damaged_aside(const TurnLease& lease, provider::LockToken token, const std::string& why);
  /// Gives back what was leased under a number that another lease of this process has.
  void give_back_twin(const TurnLease& lease, provider::LockToken token);
  /// As if it had not been handed out, or into quarantine.
  [[nodiscard]] Request give_back(const TurnLease& lease, provider::LockToken token,
                                  const std::optional<std::string>& quarantine);
  void bring_forward();

  /// Numbers for turns that are handed out before the database has their messages, and for instances.
  void reserve_numbers();
  /// Whether a turn may be handed out for this fetch before those that wait in the database: these were none when
  /// its asker was last answered.
  [[nodiscard]] bool can_take(const Parked& parked) const;
  void go_ahead(const Resident& resident, Parked& parked, const ResultsForTurn& results);

  Batches& batches_;
  Leases& leases_;
  Holders& holders_;
  Residents& residents_;
  Results& results_;
  LogSink log_;
  std::deque<provider::LockToken> tokens_;
  std::deque<std::int64_t> instance_numbers_;
  bool are_numbers_asked_for_ = false;
  UnknownCode unknown_;
  std::deque<Parked> parked_;
  std::uint64_t newest_ = 0;
  /// Who has found nothing, and as of which news.
  std::map<Asker, std::uint64_t> exhausted_;
};

}  // namespace duroxide::postgres
