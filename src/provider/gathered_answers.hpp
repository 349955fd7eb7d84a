#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "protocol/enqueue_many.hpp"
#include "storage/common.hpp"

namespace duroxide::storage {

/// The answers to what came together (`EnqueueMany`), which go back together: those that were given while the
/// store's actor handled one message. A commit gives all of its answers in one message. Used by the actor
/// alone; it outlives the replies.
class GatheredAnswers {
 public:
  /// Somebody who is to be answered; all that he asked for at once share one of these.
  struct Receiver {
    actors::DynamicActor actor;
    EnqueuesAnswered answers;  ///< that are not sent yet
  };
  using To = std::shared_ptr<Receiver>;

  /// `sender` may be null; then nobody is told.
  [[nodiscard]] static To to(const caf::strong_actor_ptr& sender) {
    auto receiver = std::make_shared<Receiver>();
    if (sender) {
      receiver->actor = caf::actor_cast<actors::DynamicActor>(sender);
    }
    return receiver;
  }

  /// Gathers the answer to the request that `to` knows by this number.
  [[nodiscard]] Reply<provider::Answer<void>> reply(To to, std::uint64_t number) {
    return [this, to = std::move(to), number](provider::Answer<void> answer) {
      auto& answers = to->answers.answers;
      if (answers.empty()) {
        waiting_.push_back(to);
      }
      answers.push_back({number, std::move(answer)});
      if (answers.size() == EnqueuesAnswered::most) {
        send();
      }
    };
  }

  /// Sends what was gathered, in the order in which it was.
  void send() {
    for (const To& to : waiting_) {
      if (to->actor) {
        actors::send_from_outside(to->actor, std::exchange(to->answers, {}));
      }
      to->answers.answers.clear();
    }
    waiting_.clear();
  }

 private:
  std::vector<To> waiting_;  ///< those who have answers that are not sent
};

}  // namespace duroxide::storage
