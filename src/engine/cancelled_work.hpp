#pragma once

#include <unordered_map>
#include <vector>

#include <duroxide/provider_messages.hpp>

#include "storage/common.hpp"

namespace duroxide::storage {

/// Leases that are over because their activities were cancelled, until their holders know.
class CancelledWork {
 public:
  using TokensReply = Reply<provider::Answer<std::vector<provider::LockToken>>>;

  /// Answers at once if there is something to tell. An older request of the holder is answered with
  /// nothing.
  void await(Holder holder, TokensReply reply);

  /// The lease ends with the open batch.
  void add(Holder holder, provider::LockToken token) { of_batch_.push_back({holder, token}); }
  void batch_committed();

  /// The holder has learned it in another way. So what is kept for those who never ask is bounded by
  /// what they hold.
  void forget(provider::LockToken token);
  /// Forgets all of a holder, and answers its request with nothing.
  void forget_holder(Holder holder);
  [[nodiscard]] std::vector<TokensReply> take_parked();

 private:
  struct Ended {
    Holder holder = 0;
    provider::LockToken token = 0;
  };

  [[nodiscard]] std::vector<provider::LockToken> take_untold(Holder holder);

  std::unordered_map<Holder, TokensReply> parked_;
  std::unordered_map<provider::LockToken, Holder> untold_;
  std::vector<Ended> of_batch_;
};

}  // namespace duroxide::storage
