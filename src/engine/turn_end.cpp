#include "engine/turn_end.hpp"

#include "engine/care.hpp"

namespace duroxide::storage {

void end_turn(Transaction& transaction, provider::LockToken token) {
  const TurnLease* lease = transaction.turns().find(token);
  if (lease == nullptr) {
    return;  // the request itself has ended it already: its instance was taken up again, say
  }
  if (lease->ahead) {
    transaction.timing().turn_ahead_ended();
  }
  const Number number = lease->number;
  transaction.turns().end_lease(token);
  if (!transaction.suspects().empty()) {
    transaction.suspects().turn_ended(number, !transaction.batch().empty(), transaction.now());
  }
  release_suspects(transaction);
}

void end_acknowledged_turn(Transaction& transaction, provider::LockToken token, Number number) {
  const TurnLease* lease = transaction.turns().find(token);
  const bool has_more = lease == nullptr || lease->has_more;
  end_turn(transaction, token);
  if (has_more) {
    transaction.turns().push(number);
  }
}

}  // namespace duroxide::storage
