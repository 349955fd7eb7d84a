#pragma once

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include <duroxide/provider_messages.hpp>

#include "postgres/leases.hpp"
#include "postgres/refusal.hpp"

namespace duroxide::postgres {

/// Leases that are over because their activities were cancelled, until their holder has heard of them.
class CancelledLeases {
 public:
  using TokensReply = Reply<std::vector<provider::LockToken>>;

  /// A newer request ends the older one.
  void await(Asker asker, TokensReply reply) {
    end_parked(asker);
    auto tokens = take_untold(asker);
    if (tokens.empty()) {
      parked_.emplace(asker, std::move(reply));
    } else {
      reply(std::move(tokens));
    }
  }
  void add(Asker asker, provider::LockToken token) { untold_.emplace(token, asker); }
  /// Tells those who wait, once all of a commit were added.
  void tell() {
    for (auto waiting = parked_.begin(); waiting != parked_.end();) {
      auto tokens = take_untold(waiting->first);
      if (tokens.empty()) {
        ++waiting;
        continue;
      }
      const auto reply = std::move(waiting->second);
      waiting = parked_.erase(waiting);
      reply(std::move(tokens));
    }
  }
  /// The holder has noticed it itself.
  void forget(provider::LockToken token) { untold_.erase(token); }
  void release(Asker asker) {
    (void)take_untold(asker);
    end_parked(asker);
  }
  void refuse_parked(const ProviderError& error) {
    for (auto& [asker, reply] : std::exchange(parked_, {})) {
      reply(failure(error));
    }
  }

 private:
  void end_parked(Asker asker) {
    if (const auto older = parked_.find(asker); older != parked_.end()) {
      const auto reply = std::move(older->second);
      parked_.erase(older);
      reply(std::vector<provider::LockToken>{});
    }
  }
  std::vector<provider::LockToken> take_untold(Asker asker) {
    std::vector<provider::LockToken> tokens;
    for (const auto& [token, of] : untold_) {
      if (of == asker) {
        tokens.push_back(token);
      }
    }
    for (const auto token : tokens) {
      untold_.erase(token);
    }
    std::sort(tokens.begin(), tokens.end());
    return tokens;
  }

  std::unordered_map<provider::LockToken, Asker> untold_;
  std::map<Asker, TokensReply> parked_;
};

}  // namespace duroxide::postgres
