#include "upkeep/start_with.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "engine/enqueue.hpp"
#include "engine/messages.hpp"
#include "engine/updates.hpp"
#include "upkeep/replace_instance.hpp"

namespace duroxide::storage {

namespace {

using Answer = provider::Answer<provider::StartedAndAnswered>;

provider::StartedOrFound start(Transaction& transaction, const provider::StartOrFind& request,
                               const std::string& instance) {
  if (request.start.instance != instance) {
    throw StorageFailure(ProviderError::Kind::invalid_input,
                         "the start is of the instance `" + request.start.instance +
                             "`, and what is sent with it is for `" + instance + "`");
  }
  return request.replace ? start_in_place(transaction, request)
                         : start_or_find(transaction, request);
}

/// Whoever has asked is told once, after the commit that holds the start.
class WhoAsked {
 public:
  explicit WhoAsked(Reply<Answer> reply) : reply_(std::move(reply)) {}

  /// The request is staged. `recorded`: its answer, if there is nothing to wait for.
  void staged(provider::StartedOrFound started, std::optional<provider::UpdateAnswer> recorded) {
    told_.started = started;
    if (recorded) {
      told_.answer = std::move(recorded);
      is_answered_ = true;
    }
  }

  void committed(const Done& done) {
    if (!done) {
      tell(failure(done.error()));
      return;
    }
    is_committed_ = true;
    if (is_answered_) {
      tell(told_);
    }
  }

  /// By a turn, by the end of the instance, or since the wait was taken back.
  void answered(UpdateWait::Answer answer) {
    if (!answer && !concerns_instance(answer.error())) {
      tell(failure(std::move(answer).error()));
      return;
    }
    if (answer) {
      told_.answer = *std::move(answer);
    } else {
      told_.error = std::move(answer).error();
    }
    is_answered_ = true;
    if (is_committed_) {
      tell(told_);
    }
  }

 private:
  /// Else it is of the store, and nobody knows what was committed.
  static bool concerns_instance(const ProviderError& error) {
    return error.kind == ProviderError::Kind::instance_finished ||
           error.kind == ProviderError::Kind::instance_not_found ||
           error.kind == ProviderError::Kind::corrupt;
  }

  void tell(Answer answer) {
    if (const auto reply = std::exchange(reply_, nullptr)) {
      reply(std::move(answer));
    }
  }

  Reply<Answer> reply_;
  provider::StartedAndAnswered told_;
  bool is_committed_ = false;
  bool is_answered_ = false;
};

}  // namespace

provider::StartedOrFound start_and_raise(Transaction& transaction,
                                         const provider::StartAndRaise& request) {
  const auto started = start(transaction, request.start, request.event.instance);
  accept_message(transaction, request.event, std::nullopt, request.key);
  return started;
}

void start_and_ask(Engine& engine, Holder sender, const provider::StartAndAsk& request,
                   Reply<Answer> reply) {
  const auto who = std::make_shared<WhoAsked>(std::move(reply));
  engine.apply(
      "start_and_ask", [who](const Done& done) { who->committed(done); },
      [&](Transaction& transaction) {
        const auto started = start(transaction, request.start, request.request.instance);
        auto recorded =
            stage_update(transaction, sender, provider::AskUpdate{request.request, request.wait_id},
                         [who](UpdateWait::Answer answer) { who->answered(std::move(answer)); });
        who->staged(started, std::move(recorded));
      });
}

}  // namespace duroxide::storage
