#include "engine/refusal.hpp"

#include <utility>

#include "engine/waiting.hpp"

namespace duroxide::storage {

void refuse_parked(Transaction& transaction, ProviderError closed) {
  closed.operation = "fetch_orchestration_item";
  for (const auto& fetch : std::exchange(transaction.turns().parked, {})) {
    fetch.reply(failure(closed));
  }
  closed.operation = "dequeue_worker_peek_lock";
  for (const auto& fetch : std::exchange(transaction.work().parked, {})) {
    fetch.reply(failure(closed));
  }
  closed.operation = "dequeue_timer_peek_lock";
  for (const auto& fetch : std::exchange(transaction.timers().parked, {})) {
    fetch.reply(failure(closed));
  }
  refuse_waits(transaction, closed);
  closed.operation = "await_cancelled_work";
  for (const auto& reply : transaction.cancelled().take_parked()) {
    reply(failure(closed));
  }
  closed.operation = "await_changes";
  for (const auto& reply : transaction.feed().take_parked()) {
    reply(failure(closed));
  }
}

}  // namespace duroxide::storage
