#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/log.hpp>
#include <duroxide/provider_messages.hpp>

#include "postgres/batches.hpp"
#include "postgres/cancelled_leases.hpp"
#include "postgres/children_again.hpp"
#include "postgres/holders.hpp"
#include "postgres/leases.hpp"
#include "postgres/refusal.hpp"
#include "postgres/unknown_code.hpp"
#include "postgres/waiting.hpp"
#include "postgres/work_fetches.hpp"

namespace duroxide::postgres {

/// The requests about turns: those who fetch are parked here until there is something for them.
class Turns final : public Batches::Part {
 public:
  /// Calls the first function where it may wait for the database, then the second on the actor's turn.
  using LookAside = std::function<void(std::function<void(Database&)>, std::function<void()>)>;

  /// All must outlive it.
  Turns(Batches& batches, Leases& leases, Holders& holders, Waiting& waiting,
        CancelledLeases& cancelled, WorkFetches& work, LookAside look_aside, LogSink log);

  using FetchReply = Reply<std::vector<provider::OrchestrationItem>>;

  void fetch(Asker asker, const provider::FetchOrchestrationItem& request, FetchReply reply);
  void ack(const provider::AckOrchestrationItem& request, Reply<void> reply);
  void abandon(const provider::AbandonOrchestrationItem& request, const Reply<void>& reply);
  void release_resident(Asker asker, const std::string& instance);

  /// Answers its parked fetches with nothing. Its leases are given back by whoever calls this.
  void release(Asker asker);
  /// All that was given back as nobody has the code is offered again.
  void try_again() { unknown_.forget(); }
  void refuse_parked(const ProviderError& error);

  void join(Runner::Batch& batch) override;

 private:
  struct Parked {
    std::uint64_t id = 0;
    Asker asker = 0;
    std::uint64_t max_items = 1;
    FetchReply reply;
    bool is_asked = false;   ///< for it, in the batch that is under way
    std::uint64_t news = 0;  ///< as they were then
  };

  /// An ack on its way.
  struct Acking {
    std::shared_ptr<const provider::AckOrchestrationItem> ack;
    Reply<void> reply;
    std::shared_ptr<const ChildrenAgain> children;  ///< null until it is known that there are some
    int looks = 0;                                  ///< at them
  };

  [[nodiscard]] Request fetch_request(Parked& parked);
  void fetched(std::uint64_t id, const Outcome& outcome);
  void hand_out(std::deque<Parked>::iterator parked, const Rows& rows);
  void set_damaged_aside(const TurnLease& lease, provider::LockToken token, const std::string& why);
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
  /// Gives back what was leased under a number that another lease of this process has.
  void give_back_twin(const TurnLease& lease, provider::LockToken token);
  /// As if it had not been handed out, or into quarantine.
  [[nodiscard]] Request give_back(const TurnLease& lease, provider::LockToken token,
                                  const std::optional<std::string>& quarantine);
  void acked(const provider::AckOrchestrationItem& request, const TurnLease& lease,
             const Rows& answer);
  void bring_forward();

  Batches& batches_;
  Leases& leases_;
  Holders& holders_;
  Waiting& waiting_;
  CancelledLeases& cancelled_;
  WorkFetches& work_;
  LookAside look_aside_;
  LogSink log_;
  /// Those whose children are being looked at.
  std::map<provider::LockToken, Acking> looking_;
  UnknownCode unknown_;
  std::deque<Parked> parked_;
  std::uint64_t newest_ = 0;
  /// Who has found nothing, and as of which news.
  std::map<Asker, std::uint64_t> exhausted_;
};

}  // namespace duroxide::postgres
