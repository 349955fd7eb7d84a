#include "engine/hold_back.hpp"

#include <utility>

namespace duroxide::storage {

void hold_back(Transaction& transaction, Milliseconds delay, TimerQueue::HeldBack what) {
  transaction.timers().hold_back(saturating_add(transaction.now(), delay), std::move(what));
}

}  // namespace duroxide::storage
