#pragma once

#include <functional>
#include <string>

#include <duroxide/provider_messages.hpp>

#include "postgres/activities_by_reference.hpp"
#include "postgres/batches.hpp"
#include "postgres/cancelled_leases.hpp"
#include "postgres/holders.hpp"
#include "postgres/leases.hpp"
#include "postgres/messages.hpp"
#include "postgres/residents.hpp"
#include "postgres/results.hpp"
#include "postgres/store_parts.hpp"
#include "postgres/timers.hpp"
#include "postgres/turn_fetches.hpp"
#include "postgres/turns.hpp"
#include "postgres/waiting.hpp"
#include "postgres/work.hpp"
#include "postgres/work_fetches.hpp"

namespace duroxide::postgres {

/// All that a process knows of a store beside its actor: who asks, who waits, what is held, and the batches
/// that go to the database. Used on the actor's turn.
class StoreState {
 public:
  /// `host` must outlive it.
  StoreState(const StoreParts& parts, Batches::Host& host, Timers::Alarm alarm,
             Turns::LookAside look_aside);

  Batches batches;
  Leases leases;
  Holders holders;
  CancelledLeases cancelled;
  Waiting waiting;
  Results results;
  Residents residents;
  TurnFetches turn_fetches;
  WorkFetches work_fetches;
  Turns turns;
  Work work;
  ActivitiesByReference activities;
  Timers timers;
  Messages messages;

  /// Gives back every lease of one who asks so, and answers what it has parked with nothing.
  void release_holder(Asker asker, const Reply<void>& reply);
  void release_from_quarantine(const provider::ReleaseFromQuarantine& request,
                               const Reply<std::uint64_t>& reply);
  void apply(Request request, const std::vector<std::string>& touched);
  /// A sign of life, and what nobody has told.
  void give_life_sign();
  /// The one that was to be given when another process may be dead.
  void death_due();
  void hear(const std::string& payload);
  void joined_anew();
  void lost_answers();
  /// Everybody who waits for something is told that the store is closed.
  void refuse_parked();

 private:
  std::shared_ptr<Membership> membership_;
  Batches::Host& host_;
  Milliseconds life_sign_;     ///< between two regular ones
  bool is_death_due_ = false;  ///< `death_due` will be called
  std::shared_ptr<DatabaseClock> clock_;
  LogSink log_;
};

}  // namespace duroxide::postgres
