#pragma once

// The book that a companion keeps of what it has asked the store. Included where requests are made
// into messages, and nowhere else.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "client/companion.hpp"
#include "client/deadlines.hpp"
#include "model/invariant.hpp"
#include "protocol/numbered_requests.hpp"
#include "protocol/watched_code.hpp"

namespace duroxide::client {

/// Whether a request goes to the management of a store, not to its provider.
template <class Request, class List = management::Requests>
struct IsOfManagement;
template <class Request, class... Requests>
struct IsOfManagement<Request, management::RequestList<Requests...>>
    : std::disjunction<std::is_same<Request, Requests>...> {};

/// What may start an instance later.
template <class Request>
concept MayBeDelayed = std::is_same_v<Request, provider::EnqueueOrchestratorWork> ||
    std::is_same_v<Request, provider::StartOrFind>;

/// What the store answers only when something has happened.
template <class Request>
concept Waits = std::is_same_v<Request, provider::WaitForStatus> ||
    std::is_same_v<Request, provider::WaitForValue> ||
    std::is_same_v<Request, provider::AskUpdate> || std::is_same_v<Request, provider::AskQuery>;

/// Used on the companion's own turn.
class Calls : private actors::MayBeOverdue {
 public:
  /// So many requests that a provider answers by itself are under way at once. The rest waits here, so
  /// that a million starts are no flood of messages.
  static constexpr std::size_t most_under_way = 256;

  using Self = actors::NumberedRequests<CompanionActor::base>;

  Calls(Self* self, ProviderActor provider, ManagementActor management, Surroundings surroundings);

  /// A server that ends does not answer what it had accepted, so it is watched.
  void watch_server();

  /// Asks the store, and calls `on_answer` once.
  template <class Request>
  void make(Request request, OnAnswerOf<Request> on_answer) {
    const std::uint64_t id = ++last_id_;
    open_.emplace_hint(open_.end(), id,
                       [this, on_answer = std::move(on_answer)](Content* content) mutable {
                         finish<Request>(on_answer, content);
                       });
    if (server_ended_) {
      finish(id, nullptr);
      return;
    }
    if constexpr (IsOfManagement<Request>::value) {
      DUROXIDE_INVARIANT(management_, "a request of management is made of a management");
      actors::ask_under(self_, id, management_, std::move(request));
    } else {
      DUROXIDE_INVARIANT(provider_, "a request of a provider is made of a provider");
      if (may_go(counts<Request>)) {
        actors::ask_under(self_, id, provider_, std::move(request));
      } else {
        behind_.push_back({counts<Request>, [this, id, request = std::move(request)] {
                             actors::ask_under(self_, id, provider_, request);
                           }});
      }
    }
  }

  /// A store that ignored the delay would start the instance at once, so it is asked first.
  template <MayBeDelayed Request>
  void make_delayed(Request request, OnAnswerOf<Request> on_answer) {
    make(provider::SupportsDelayedVisibility{},
         OnAnswerOf<provider::SupportsDelayedVisibility>(
             [this, request = std::move(request),
              on_answer = std::move(on_answer)](const provider::Answer<bool>& supported) {
               if (!supported) {
                 on_answer(failure(supported.error()));
               } else if (*supported) {
                 make(request, on_answer);
               } else {
                 on_answer(failure(ProviderError{ProviderError::Kind::invalid_input, "start",
                                                 "this store cannot delay a start", false}));
               }
             }));
  }

  /// Takes the wait back when its time is up; see `Companion::ask_within`.
  template <class Request>
  void make_within(Request wait, Milliseconds timeout,
                   std::function<void(AnswerOf<Request>, bool is_final)> on_answer) {
    deadlines_.add(wait.wait_id, timeout, CompanionActor(self_));
    Request asked = wait;
    make(std::move(asked),
         OnAnswerOf<Request>([this, wait = std::move(wait),
                              on_answer = std::move(on_answer)](AnswerOf<Request> answer) {
           const bool was_overdue = deadlines_.remove(wait.wait_id);
           if (!answer || !was_overdue) {
             on_answer(std::move(answer), true);
           } else {
             taken_back(wait, on_answer, std::move(answer));
           }
         }));
    if (timeout <= Milliseconds::zero()) {
      give_up_waits(deadlines_.take_due());  // behind the request, which looks once
    }
  }

  /// Something has come for a call.
  void answered(std::uint64_t id, actors::AnswerContent& content) { finish(id, &content); }

  void stop_waiting(std::uint64_t wait_id);
  void tick(const actors::Tick& tick) { give_up_waits(deadlines_.take_due(tick)); }
  /// Leaves nothing of `action`.
  void run(std::function<void()>& action);
  void close();
  void exit();

 private:
  using Content = actors::AnswerContent;

  /// What goes to the provider when there is room for it, in this order.
  struct Behind {
    bool counts = false;  ///< for `most_under_way`
    std::function<void()> send;
  };

  template <class Request>
  static constexpr bool counts = !IsOfManagement<Request>::value && !Waits<Request>;

  /// Whether it goes to the provider at once; then it is counted. Nothing overtakes what waits.
  [[nodiscard]] bool may_go(bool counts);
  /// One of those that count was answered.
  void one_less();

  using OnStatus = std::function<void(AnswerOf<provider::WaitForStatus>, bool)>;
  using OnValue = std::function<void(AnswerOf<provider::WaitForValue>, bool)>;
  using OnUpdate = std::function<void(AnswerOf<provider::AskUpdate>, bool)>;

  [[nodiscard]] static ProviderError ended();

  /// With what has come for a call, or with nothing if nothing will come.
  void finish(std::uint64_t id, Content* content);

  template <class Request>
  void finish(OnAnswerOf<Request>& on_answer, Content* content) {
    using Answer = AnswerOf<Request>;
    std::optional<typename AnswerTo<Request>::Message> message;
    if (content != nullptr) {
      message = actors::take_answer<typename AnswerTo<Request>::Message>(*content);
      if (counts<Request>) {
        one_less();
      }
    }
    guarded([&] {
      std::exchange(on_answer,
                    nullptr)(message ? Answer(std::move(*message)) : Answer(failure(ended())));
    });
    end_if_done();
  }

  void is_overdue(std::chrono::milliseconds so_far) const noexcept override;
  void taken_back(const provider::WaitForStatus& wait, const OnStatus& on_answer,
                  AnswerOf<provider::WaitForStatus> status);
  void taken_back(const provider::WaitForValue& wait, const OnValue& on_answer,
                  const AnswerOf<provider::WaitForValue>& value);
  void taken_back(const provider::AskUpdate& wait, const OnUpdate& on_answer,
                  AnswerOf<provider::AskUpdate> answer);
  void taken_back(const provider::AskQuery& wait, const OnUpdate& on_answer,
                  AnswerOf<provider::AskQuery> answer);
  void guarded(const std::function<void()>& callback) const;
  void give_up_waits(const std::vector<std::uint64_t>& overdue);
  void server_ended();
  void end_if_done();

  Self* self_;
  // One of the two is the server; the other is null.
  ProviderActor provider_;
  ManagementActor management_;
  LogSink log_;
  Deadlines<Self> deadlines_;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, std::function<void(Content*)>> open_;  ///< called once
  std::size_t under_way_ = 0;                                    ///< of those that count
  std::deque<Behind> behind_;
  bool server_ended_ = false;
  bool closing_ = false;
};

template <class Request>
void Companion::ask(Request request, OnAnswerOf<Request> on_answer) const {
  act([request = std::move(request), on_answer = std::move(on_answer)](Calls& calls) mutable {
    if constexpr (MayBeDelayed<Request>) {
      if (request.delay) {
        calls.make_delayed(std::move(request), std::move(on_answer));
        return;
      }
    }
    calls.make(std::move(request), std::move(on_answer));
  });
}

}  // namespace duroxide::client
