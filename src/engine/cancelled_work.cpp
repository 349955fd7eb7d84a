#include "engine/cancelled_work.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "model/invariant.hpp"

namespace duroxide::storage {

void CancelledWork::await(Holder holder, TokensReply reply) {
  if (const auto older = parked_.find(holder); older != parked_.end()) {
    older->second(std::vector<provider::LockToken>{});
    parked_.erase(older);
  }
  auto tokens = take_untold(holder);
  if (tokens.empty()) {
    parked_.emplace(holder, std::move(reply));
  } else {
    reply(std::move(tokens));
  }
}

void CancelledWork::batch_committed() {
  std::set<Holder> holders;
  for (const Ended& ended : std::exchange(of_batch_, {})) {
    const bool is_new = untold_.emplace(ended.token, ended.holder).second;
    DUROXIDE_INVARIANT(is_new, "a lease is cancelled once");
    holders.insert(ended.holder);
  }
  for (const Holder holder : holders) {
    if (const auto waiting = parked_.find(holder); waiting != parked_.end()) {
      const auto reply = std::move(waiting->second);
      parked_.erase(waiting);
      reply(take_untold(holder));
    }
  }
}

std::vector<provider::LockToken> CancelledWork::take_untold(Holder holder) {
  std::vector<provider::LockToken> tokens;
  for (const auto& [token, of] : untold_) {
    if (of == holder) {
      tokens.push_back(token);
    }
  }
  for (const auto token : tokens) {
    untold_.erase(token);
  }
  std::sort(tokens.begin(), tokens.end());
  return tokens;
}

void CancelledWork::forget(provider::LockToken token) {
  untold_.erase(token);
  std::erase_if(of_batch_, [token](const Ended& ended) { return ended.token == token; });
}

void CancelledWork::forget_holder(Holder holder) {
  (void)take_untold(holder);
  std::erase_if(of_batch_, [holder](const Ended& ended) { return ended.holder == holder; });
  if (const auto waiting = parked_.find(holder); waiting != parked_.end()) {
    waiting->second(std::vector<provider::LockToken>{});
    parked_.erase(waiting);
  }
}

std::vector<CancelledWork::TokensReply> CancelledWork::take_parked() {
  std::vector<TokensReply> replies;
  for (auto& [holder, reply] : std::exchange(parked_, {})) {
    replies.push_back(std::move(reply));
  }
  return replies;
}

}  // namespace duroxide::storage
