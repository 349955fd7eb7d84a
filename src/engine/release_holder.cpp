#include "engine/release_holder.hpp"

#include <utility>

#include "engine/attempts.hpp"
#include "engine/engine.hpp"
#include "engine/start_timeout.hpp"
#include "engine/turn_end.hpp"
#include "engine/unregistered.hpp"
#include "model/invariant.hpp"

namespace duroxide::storage {

namespace {

void release_work_of(Transaction& transaction, Holder holder) {
  auto tokens = transaction.work().leases_of(holder);
  for (auto token = tokens.rbegin(); token != tokens.rend(); ++token) {
    const WorkLease* held = transaction.work().find(*token);
    DUROXIDE_INVARIANT(held != nullptr, "the lease of a holder is held");
    const WorkLease lease = *held;
    transaction.work().counts_to_write[lease.work.key] = lease.attempt - 1;
    first_delivery_taken_back(transaction, lease);
    transaction.work().end_lease(*token);
    transaction.work().push_front(lease.work);
  }
  transaction.work().unbind_all(holder);
  std::erase_if(transaction.work().parked, [holder](const auto& fetch) {
    if (fetch.filter.holder == holder) {
      fetch.reply(std::vector<provider::WorkerItem>{});
    }
    return fetch.filter.holder == holder;
  });
  transaction.cancelled().forget_holder(holder);
}

void release_all_of(Transaction& transaction, Holder holder) {
  transaction.turns().clear_residents_of(holder);
  for (const auto token : transaction.turns().leases_of(holder)) {
    const TurnLease* lease = transaction.turns().find(token);
    DUROXIDE_INVARIANT(lease != nullptr, "the lease of a holder is held");
    const Number number = lease->number;
    end_turn(transaction, token);
    transaction.turns().push(number);
  }
  std::erase_if(transaction.turns().parked, [holder](const auto& fetch) {
    if (fetch.holder == holder) {
      fetch.reply(std::vector<provider::OrchestrationItem>{});
    }
    return fetch.holder == holder;
  });
  release_work_of(transaction, holder);
  asks_no_more(transaction, holder);
  for (const auto token : transaction.timers().leases_of(holder)) {
    transaction.timers().end_lease(token);
    transaction.timers().changed = true;
  }
  std::erase_if(transaction.timers().parked, [holder](const auto& fetch) {
    if (fetch.holder == holder) {
      fetch.reply(provider::DueTimers{});
    }
    return fetch.holder == holder;
  });
}

void release(Transaction& transaction, Holder holder) {
  for (const auto token : transaction.turns().leases_of(holder)) {
    const TurnLease* lease = transaction.turns().find(token);
    DUROXIDE_INVARIANT(lease != nullptr, "the lease of a holder is held");
    const auto key = make_key(lease->number);
    if (lease->counted) {
      take_back_attempt(transaction, key);
    }
  }
  transaction.after_applied([&transaction, holder] { release_all_of(transaction, holder); });
}

/// There is no room to count what it gives back.
void release_uncounted(Transaction& transaction, Holder holder) {
  for (const auto token : transaction.turns().leases_of(holder)) {
    if (const TurnLease* lease = transaction.turns().find(token); lease->counted) {
      transaction.counted().turns.insert(lease->number);  // which is what the next one comes to
    }
  }
  release_all_of(transaction, holder);
}

}  // namespace

void release_holder(Engine& engine, Holder holder, Reply<Done> reply) {
  engine.apply(
      "release_holder", std::move(reply),
      [&](Transaction& transaction) { release(transaction, holder); },
      [&](Transaction& transaction) { release_uncounted(transaction, holder); });
}

void holder_gone(Engine& engine, Holder holder) {
  engine.let_go([&](Transaction& transaction) {
    transaction.waits().drop(holder);
    transaction.start_waits().drop(holder);
    transaction.feed().drop(holder);
  });
  release_holder(engine, holder, [](const Done&) {});
}

void release_instance(Transaction& transaction, Holder holder, const std::string& instance) {
  try {
    if (const auto number = transaction.instances().find(instance)) {
      transaction.turns().clear_resident(*number, holder);
    }
  } catch (const StorageFailure& failed) {
    transaction.log(LogLevel::error, failed.error().message, instance);
  }
}

void release_sessions(Transaction& transaction, Holder holder,
                      const std::vector<std::string>& sessions) {
  for (const std::string& session : sessions) {
    transaction.work().unbind(session, holder);
  }
}

}  // namespace duroxide::storage
