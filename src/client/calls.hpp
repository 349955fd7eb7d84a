#pragma once

// The book that a companion keeps of what it has asked the store. Included where requests are made
// into messages, and nowhere else.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "client/call.hpp"
#include "client/companion.hpp"
#include "client/deadlines.hpp"
#include "model/invariant.hpp"
#include "model/lent_thread.hpp"
#include "protocol/committed_reads.hpp"
#include "protocol/enqueue_many.hpp"
#include "protocol/numbered_requests.hpp"
#include "protocol/watched_code.hpp"

namespace duroxide::client {

/// Whether a request goes to the management of a store, not to its provider.
template <class Request, class List = management::Requests>
struct IsOfManagement;
template <class Request, class... Requests>
struct IsOfManagement<Request, management::RequestList<Requests...>>
    : std::disjunction<std::is_same<Request, Requests>...> {};

/// What changes something there.
template <class Request>
struct IsChangeOfManagement
    : std::disjunction<std::is_same<Request, management::DeleteInstances>,
                       std::is_same<Request, management::DeleteTrees>,
                       std::is_same<Request, management::PruneExecutions>,
                       std::is_same<Request, management::PruneInstances>,
                       std::is_same<Request, management::Pause>,
                       std::is_same<Request, management::TerminateInstance>,
                       std::is_same<Request, management::DropMessage>,
                       std::is_same<Request, management::RewindInstance>,
                       std::is_same<Request, management::ForkInstance>,
                       std::is_same<Request, management::ImportInstance>,
                       std::is_same<Request, management::SubscribeChanges>,
                       std::is_same<Request, management::UnsubscribeChanges>,
                       std::is_same<Request, management::BackupStore>> {};

/// What may start an instance later.
template <class Request>
concept MayBeDelayed = std::is_same_v<Request, provider::EnqueueOrchestratorWork> ||
    std::is_same_v<Request, provider::StartOrFind>;

/// What the store answers only when something has happened.
template <class Request>
concept Waits = std::is_same_v<Request, provider::WaitForStatus> ||
    std::is_same_v<Request, provider::WaitForValue> ||
    std::is_same_v<Request, provider::AskUpdate> || std::is_same_v<Request, provider::AskQuery> ||
    std::is_same_v<Request, provider::StartAndAsk> ||
    std::is_same_v<Request, provider::WaitForStart>;

/// What changes nothing, so that taking it back leaves no question. Of everything else it is unknown: an
/// update goes its way, whoever waits for its answer.
template <class Request>
concept Looks =
    (Waits<Request> && !std::is_same_v<Request, provider::AskUpdate> &&
     !std::is_same_v<Request, provider::StartAndAsk>) ||
    std::is_same_v<Request, provider::GetStatus> || std::is_same_v<Request, provider::GetValue> ||
    std::is_same_v<Request, provider::GetValues> ||
    std::is_same_v<Request, provider::SupportsDelayedVisibility> ||
    (IsOfManagement<Request>::value && !IsChangeOfManagement<Request>::value);

/// Used on the companion's own turn.
class Calls : private actors::MayBeOverdue {
 public:
  /// So many requests that a provider answers by itself are under way at once. What else facades ask waits
  /// in `Acts` until one is answered, so that a million starts are no flood of messages.
  static constexpr std::size_t most_under_way = 256;
  /// So many acts are done in a row before others have their turn.
  static constexpr std::size_t most_acts_in_a_row = 64;

  using Self = actors::NumberedRequests<CompanionActor::base>;

  Calls(Self* self, ProviderActor provider, ManagementActor management, Surroundings surroundings,
        std::shared_ptr<CompanionState> state);

  /// A server that ends does not answer what it had accepted, so it is watched.
  void watch_server();

  /// Asks the store, and calls `on_answer` once. `follows_change`: what was asked before for the same call
  /// has changed the store, so none that ends unanswered may say that nothing was changed.
  template <class Request>
  void make(Request request, OnAnswerOf<Request> on_answer, bool follows_change = false) {
    if (call_ != nullptr && call_->is_over()) {
      return;  // it was taken back, and what else it would have taken is not asked
    }
    const std::uint64_t id = ++last_id_;
    Open& open = add(id, !Looks<Request>);
    open.follows_change = follows_change;
    open.answer = [this, on_answer = std::move(on_answer)](Came came,
                                                           bool may_have_changed) mutable {
      finish<Request>(on_answer, came, may_have_changed);
    };
    if constexpr (Waits<Request>) {
      open.wait_id = request.wait_id;
    }
    if (server_ended_ || ending_) {
      finish(id, {});
      return;
    }
    if constexpr (IsOfManagement<Request>::value) {
      DUROXIDE_INVARIANT(management_, "a request of management is made of a management");
      sent(open);
      actors::ask_under(self_, id, management_, std::move(request));
    } else {
      DUROXIDE_INVARIANT(provider_, "a request of a provider is made of a provider");
      if (may_go(counts<Request>)) {
        sent(open);
        go(id, std::move(request));
      } else {
        behind_.push_back({counts<Request>, id, [this, id, request = std::move(request)]() mutable {
                             sent(open_.at(id));
                             go(id, std::move(request));
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
  void make_within(Request wait, Timestamp due,
                   std::function<void(AnswerOf<Request>, bool is_final)> on_answer) {
    const bool is_due = due <= state_->clock->now();
    deadlines_.add(wait.wait_id, due, CompanionActor(self_));
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
    if (is_due) {
      give_up_waits(deadlines_.take_due());  // behind the request, which looks once
    }
  }

  /// Something has come for a call.
  void answered(std::uint64_t id, actors::AnswerContent& content);
  /// Or for several.
  void answered(storage::EnqueuesAnswered& all);

  /// Does what facades have told it, in order; if that is much, the rest in another turn, and what there is
  /// no room for once there is.
  void act();
  /// The time in which a call has to be answered begins, if it has any.
  void set_deadline(const std::shared_ptr<Call>& call);
  void stop_waiting(std::uint64_t wait_id);
  void cancel(const std::shared_ptr<Call>& call);
  void tick(const actors::Tick& tick);
  /// Leaves nothing of `action`.
  void run(std::function<void()>& action);
  void close();
  /// Answers what is open as cancelled, and ends.
  void end();
  /// The same if this is called on a turn of `companion`, as from one of its callbacks; else false. What
  /// `companion` was told before is answered behind that turn.
  [[nodiscard]] static bool end_in_turn(const CompanionActor& companion);
  void exit();

 private:
  /// What has come for a request, by a message of its own or among others; nothing if nothing will come.
  struct Came {
    actors::AnswerContent* content = nullptr;
    provider::Answer<void>* answer = nullptr;
  };

  /// Says, as long as it lives, that the calling thread is on a turn of this. What that has gathered goes
  /// to the provider at its end.
  class Turn {
   public:
    explicit Turn(Calls& calls);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Calls& calls_;
    Calls* before_;
    model::LentThread lent_{"a callback"};  ///< also to what dies with a call: a pool, say
  };

  struct Open {
    std::function<void(Came, bool may_have_changed)> answer;  ///< called once
    std::shared_ptr<Call> call;                               ///< null if nobody can take it back
    std::uint64_t wait_id = 0;                                ///< of a wait
    bool changes = false;
    bool is_sent = false;
    bool follows_change = false;
  };

  /// What goes to the provider when there is room for it, in this order: as long as there is any, no further
  /// act is begun.
  struct Behind {
    bool counts = false;   ///< for `most_under_way`
    std::uint64_t id = 0;  ///< under which it is open; 0 if nothing is to be answered
    std::function<void()> send;
  };

  void act(Act& told);
  void take_acts();
  /// Whether more may be asked for.
  [[nodiscard]] bool has_room() const;
  void act_if_there_is_room();

  /// Sends a request to the provider, or gathers it with others that go there together.
  template <class Request>
  void go(std::uint64_t id, Request request) {
    if constexpr (std::is_same_v<Request, provider::EnqueueOrchestratorWork>) {
      if (many_) {
        gathered_.requests.push_back({id, std::move(request)});
        return;
      }
    }
    send_gathered();  // first: nothing overtakes
    storage::ask_under(self_, id, provider_, reads_, std::move(request));
  }
  void send_gathered();

  template <class Request>
  static constexpr bool counts = !IsOfManagement<Request>::value && !Waits<Request>;

  /// Whether it goes to the provider at once; then it is counted. Nothing overtakes what waits.
  [[nodiscard]] bool may_go(bool counts);
  /// One of those that count was answered.
  void one_less();

  using OnValue = std::function<void(AnswerOf<provider::WaitForValue>, bool)>;

  /// For a call that may, or can not, have changed the store.
  [[nodiscard]] ProviderError ended(bool may_have_changed) const;

  // Of the calls that can be taken back.

  [[nodiscard]] Open& add(std::uint64_t id, bool changes);
  static void sent(Open& open);
  void forget_deadline(Call& call);
  /// Stops what is open of it, and answers it.
  void take_back(Call& call, ClientError::Kind kind, std::string why);

  /// With what has come for a call, or with nothing if nothing will come.
  void finish(std::uint64_t id, Came came);

  template <class Request>
  void finish(OnAnswerOf<Request>& on_answer, Came came, bool may_have_changed) {
    using Answer = AnswerOf<Request>;
    using Message = typename AnswerTo<Request>::Message;
    std::optional<Message> message;
    if (came.content != nullptr) {
      message = actors::take_answer<Message>(*came.content);
    }
    if constexpr (std::is_same_v<Message, provider::Answer<void>>) {
      if (came.answer != nullptr) {
        message = std::move(*came.answer);
      }
    }
    if (counts<Request> && (came.content != nullptr || came.answer != nullptr)) {
      one_less();
    }
    guarded([&] {
      std::exchange(on_answer, nullptr)(message ? Answer(std::move(*message))
                                                : Answer(failure(ended(may_have_changed))));
    });
    end_if_done();
  }

  void is_overdue(std::chrono::milliseconds so_far) const noexcept override;
  void taken_back(const provider::WaitForValue& wait, const OnValue& on_answer,
                  const AnswerOf<provider::WaitForValue>& value);
  /// Of all others the answer says itself that there was nothing yet.
  template <class Request>
  static void taken_back(const Request& /*wait*/,
                         const std::function<void(AnswerOf<Request>, bool)>& on_answer,
                         AnswerOf<Request> answer) {
    on_answer(std::move(answer), false);
  }
  void guarded(const std::function<void()>& callback);
  void give_up_waits(const std::vector<std::uint64_t>& overdue);
  void give_up_calls(const std::vector<std::uint64_t>& overdue);
  void server_ended();
  void end_if_done();
  void quit();
  void end_behind_this_turn();
  /// Answers what is open as cancelled, and from here on what is asked.
  void give_up_all();

  Self* self_;
  // One of the two is the server; the other is null.
  ProviderActor provider_;
  ManagementActor management_;
  storage::ManyEnqueues many_;  ///< the provider, if it takes these; else null
  storage::EnqueueMany gathered_;
  storage::CommittedReads reads_;  ///< of the provider, if it has some; else null
  LogSink log_;
  std::shared_ptr<const std::atomic<bool>> store_was_closed_;
  std::shared_ptr<CompanionState> state_;
  Deadlines<Self> deadlines_;       ///< of waits
  Deadlines<Self> call_deadlines_;  ///< of calls, under numbers of their own
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, Open> open_;
  std::shared_ptr<Call> call_;  ///< for which it is at work just now
  std::uint64_t last_deadline_ = 0;
  std::map<std::uint64_t, std::shared_ptr<Call>> timed_;  ///< by number of the deadline
  std::size_t under_way_ = 0;                             ///< of those that count
  std::deque<Behind> behind_;
  bool waits_for_room_ = false;  ///< acts were left where they are
  bool server_ended_ = false;
  bool closing_ = false;
  bool ending_ = false;
  bool has_quit_ = false;
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
