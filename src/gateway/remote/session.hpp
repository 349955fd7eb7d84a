#pragma once

// The actor that asks an engine for one remote store. Included where requests are made into messages,
// and nowhere else.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include <duroxide/management_protocol.hpp>
#include <duroxide/provider.hpp>
#include <duroxide/store.hpp>

#include "gateway/remote/outbox.hpp"
#include "gateway/remote/requests.hpp"
#include "protocol/committed_reads.hpp"
#include "protocol/numbered_requests.hpp"

namespace duroxide::gateway::remote {

class Session;

/// What the thread of the connection has it do.
struct Told {
  std::function<void(Session&)> what;
};

using SessionActor = actors::Actor<actors::Accepts<Told>>;

}  // namespace duroxide::gateway::remote

DUROXIDE_MESSAGE(duroxide::gateway::remote::Told)

namespace duroxide::gateway::remote {

/// Whether a request is for the management of a store, not for its provider.
template <class Request>
concept OfManagement = requires {
  typename Request::Response;
};

/// Whether its answer may take as long as it likes, and costs nothing meanwhile.
template <class Request>
inline constexpr bool is_parked =
    Waits<Request> || std::is_same_v<Request, management::AwaitChanges>;

/// Sends what a remote store asks to the actors of the store, as a client in this process would, and puts
/// their answers into the outbox. All that the store keeps for it, waits and subscriptions, ends with it.
class Session final : public actors::NumberedRequests<SessionActor::base> {
 public:
  Session(caf::actor_config& config, const Store& store, std::shared_ptr<Outbox> outbox)
      : NumberedRequests(config),
        provider_(provider_of(store)),
        reads_(storage::committed_reads_of(provider_)),
        management_(management_of(store)),
        outbox_(std::move(outbox)) {}

  const char* name() const override { return "duroxide.remote.session"; }
  void on_exit() override;

  /// Asks under the remote store's own number, which no other open request may have.
  template <class Request>
  void ask(std::uint64_t number, Request request) {
    if (open_.contains(number)) {
      outbox_->give_up("two requests that are open have the number " + std::to_string(number));
      return;
    }
    Open open;
    open.finish = [this, number](actors::AnswerContent* content) {
      answer<Request>(number, content);
    };
    if constexpr (Waits<Request>) {
      // The remote store's numbers are those of many clients: here each wait has that of its request.
      request.wait_id = number;
      open.is_wait = true;
    }
    if constexpr (Lasts<Request>) {
      open.is_to_stop = std::make_shared<std::atomic<bool>>(false);
      request.on_progress = [number, outbox = outbox_,
                             is_to_stop = open.is_to_stop](const Progress& progress) {
        return !*is_to_stop && outbox->tell_progress(number, progress);
      };
    }
    open_.emplace(number, std::move(open));
    if constexpr (OfManagement<Request>) {
      if (!management_ || provider_ended_) {
        finish(number, nullptr);
        return;
      }
      actors::ask_under(this, number, management_, std::move(request));
    } else {
      if (provider_ended_) {
        finish(number, nullptr);
        return;
      }
      storage::ask_under(this, number, provider_, reads_, std::move(request));
    }
  }

  /// Takes a wait back, or ends a long operation. Nothing for one that is answered already.
  void stop(std::uint64_t number);
  /// The remote store has gone.
  void end();

 protected:
  behavior_type make_behavior() override;

 private:
  struct Open {
    /// With nothing if no answer will come.
    std::function<void(actors::AnswerContent*)> finish;
    bool is_wait = false;
    std::shared_ptr<std::atomic<bool>> is_to_stop;  ///< null if it cannot be told so
  };

  void answered(std::uint64_t number, actors::AnswerContent& content) override {
    finish(number, &content);
  }
  void finish(std::uint64_t number, actors::AnswerContent* content);
  void provider_ended();

  template <class Request>
  void answer(std::uint64_t number, actors::AnswerContent* content) {
    using Answer = typename EntryOf<Request>::Answer;
    std::optional<Answer> answer;
    if (content != nullptr) {
      answer = actors::take_answer<Answer>(*content);
    }
    if (!answer) {
      answer = Answer(failure(no_answer(OfManagement<Request>)));
    }
    outbox_->answer(
        {number,
         [answer = std::move(*answer)]() mutable { return encode_answer(std::move(answer)); }},
        is_parked<Request>);
  }
  [[nodiscard]] ProviderError no_answer(bool of_management) const;

  ProviderActor provider_;
  storage::CommittedReads reads_;  ///< of the provider; null if it has none
  ManagementActor management_;     ///< null if the store offers none
  std::shared_ptr<Outbox> outbox_;
  std::unordered_map<std::uint64_t, Open> open_;
  bool provider_ended_ = false;
};

}  // namespace duroxide::gateway::remote
