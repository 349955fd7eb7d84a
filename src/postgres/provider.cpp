#include "postgres/provider_actor.hpp"

#include <chrono>
#include <string>
#include <unordered_set>
#include <utility>

#include "model/limits.hpp"
#include "postgres/instance_view.hpp"
#include "postgres/mail.hpp"
#include "postgres/others_first.hpp"
#include "postgres/store_state.hpp"
#include "postgres/waiter.hpp"

namespace duroxide::postgres {

struct RunBatch {};
struct MailCame {};
struct LifeSignDue {};
struct TimersDue {};
struct FlushDue {};
struct DeathDue {};

}  // namespace duroxide::postgres

DUROXIDE_MESSAGE(duroxide::postgres::RunBatch)
DUROXIDE_MESSAGE(duroxide::postgres::MailCame)
DUROXIDE_MESSAGE(duroxide::postgres::LifeSignDue)
DUROXIDE_MESSAGE(duroxide::postgres::TimersDue)
DUROXIDE_MESSAGE(duroxide::postgres::FlushDue)
DUROXIDE_MESSAGE(duroxide::postgres::DeathDue)

namespace duroxide::postgres {

namespace {

using namespace provider;

/// So long an answer waits for the ack of a turn, with which it is flushed.
constexpr Milliseconds longest_hold{2};
/// So often all others run in turn without asking for anything, before a batch is made of what they have asked:
/// once a turn is handed out, an actor hands it to another, which makes its ack.
constexpr int enough_silence = 2;
/// However much they ask, a batch begins after so long. Where there are no threads, nothing goes by the real
/// time.
constexpr std::chrono::milliseconds longest_gathering{1};

/// What the actor also tells itself.
using OwnActor = StoreActor::extend<actors::Accepts<RunBatch>, actors::Accepts<MailCame>,
                                    actors::Accepts<LifeSignDue>, actors::Accepts<TimersDue>,
                                    actors::Accepts<FlushDue>, actors::Accepts<DeathDue>>;

/// Turns messages into calls of the parts of `StoreState`, and their replies into answers. Nothing is decided
/// here.
class Provider final : public OwnActor::base, private Batches::Host {
 public:
  Provider(caf::actor_config& config, StoreParts parts)
      : OwnActor::base(config),
        parts_(std::move(parts)),
        mail_(
            std::make_shared<Mail>([self = me()] { actors::send_from_outside(self, MailCame{}); })),
        waiter_(parts_.reads),
        state_(
            parts_, *this,
            [this](Milliseconds delay) { actors::send_later(this, delay, TimersDue{}); },
            [this](std::function<void(Database&)> look, std::function<void()> then) {
              look_aside(std::move(look), std::move(then));
            }) {
    set_down_handler([this](const caf::down_msg& down) {
      known_.erase(down.source.id());
      state_.waiting.drop(down.source.id());
      state_.release_holder(down.source.id(), [](const Done& /*done*/) {});
    });
  }

  const char* name() const override { return "duroxide.postgres_provider"; }

  /// Finishes what it was told, and leaves the store. Blocks for as long as the database takes.
  void on_exit() override {
    mail_->close();
    state_.batches.close();
    Request leaving{"close"};
    leaving.is_of_process = true;
    leaving.is_repeatable = true;
    leaving.done = [](const Outcome& /*outcome*/) {};
    leaving.calls.push_back(parts_.membership->leaving());
    state_.batches.submit(std::move(leaving));
    state_.batches.run_last();
    parts_.writer->close();
    mail_->carry_out();
    parts_.reads->close();
    mail_->carry_out();
    state_.refuse_parked();
    waiter_.stop();
    others_.stop();
    if (parts_.on_closed) {
      std::exchange(parts_.on_closed, nullptr)();
    }
  }

 protected:
  behavior_type make_behavior() override;

 private:
  void run_soon() override {
    gathers_since_ = std::chrono::steady_clock::now();
    silence_ = 0;
    let_others_ask();
  }
  void let_others_ask() {
    asked_ = state_.batches.asked();
    others_.let_run(home_system(), [self = me()] { actors::send_from_outside(self, RunBatch{}); });
  }
  /// Those had their turn who may add something to the next batch.
  void run_batch() {
    silence_ = state_.batches.asked() == asked_ ? silence_ + 1 : 0;
    const bool is_late = !actors::is_deterministic(home_system()) &&
                         std::chrono::steady_clock::now() - gathers_since_ >= longest_gathering;
    if (silence_ < enough_silence && !is_late) {
      let_others_ask();
    } else if (!state_.batches.go_ahead() || is_late) {
      state_.batches.run();
    } else {
      silence_ = 0;
      let_others_ask();
    }
  }
  void give_life_sign_after(Milliseconds delay) override {
    actors::send_later(this, delay, DeathDue{});
  }
  void flush_later() override { actors::send_later(this, longest_hold, FlushDue{}); }
  Runner::Post post() override {
    return [mail = mail_](std::function<void()> task) { mail->push(std::move(task)); };
  }
  void look_aside(std::function<void(Database&)> look, std::function<void()> then) {
    waiter_.send(home_system(), [look = std::move(look), then = std::move(then),
                                 post = post()](Database& database) {
      look(database);
      post(then);
    });
  }
  void joined_anew() override { state_.joined_anew(); }
  void lost_answers() override { state_.lost_answers(); }

  [[nodiscard]] OwnActor me() { return caf::actor_cast<OwnActor>(this); }

  /// The sender, watched from now on, so that what it holds does not outlive it.
  [[nodiscard]] Asker sender() {
    const auto& from = current_sender();
    if (!from) {
      return 0;
    }
    if (known_.insert(from->id()).second) {
      monitor(caf::actor_cast<caf::actor_addr>(from));
    }
    return from->id();
  }

  /// Runs `call` with a reply, and gives CAF the promise behind it.
  template <class T, class Call>
  [[nodiscard]] actors::Promise<Answer<T>> answer(const Call& call) {
    auto promise = make_response_promise<Answer<T>>();
    call(Reply<T>([promise](Answer<T> given) mutable { promise.deliver(std::move(given)); }));
    return promise;
  }
  /// As `answer`, for requests whose sender will hold something. The sender is looked at first: the promise
  /// takes it away from the message.
  template <class T, class Call>
  [[nodiscard]] actors::Promise<Answer<T>> answer_asker(const Call& call) {
    const Asker asker = sender();
    return answer<T>([&](Reply<T> reply) { call(asker, std::move(reply)); });
  }

  /// Somebody asks for what is committed. `read` makes an answer of what the call has answered.
  template <class T, class Read>
  void look(const char* operation, const Reply<T>& reply, postgres::Call call, const Read& read) {
    Request request{operation};
    request.calls.push_back(std::move(call));
    request.done = [reply, read](const Outcome& outcome) {
      if (outcome) {
        reply(read(outcome->front()));
      } else {
        reply(failure(outcome.error()));
      }
    };
    parts_.reads->run(std::move(request), post());
  }

  void read(const Read& request, const Reply<std::vector<Event>>& reply);
  void get_status(const GetStatus& request, const Reply<OrchestrationStatus>& reply);
  void get_value(const GetValue& request, const Reply<std::optional<StoredValue>>& reply);
  void get_values(const GetValues& request, const Reply<std::vector<StoredValue>>& reply);

  StoreParts parts_;
  std::shared_ptr<Mail> mail_;
  Waiter waiter_;
  StoreState state_;
  OthersFirst others_;
  std::uint64_t asked_ = 0;  ///< what the next batch had been asked for when others were let run
  int silence_ = 0;
  std::chrono::steady_clock::time_point gathers_since_;
  std::unordered_set<Asker> known_;
};

void Provider::read(const Read& request, const Reply<std::vector<Event>>& reply) {
  or_refuse<std::vector<Event>>("read", reply, [&] {
    require(model::check_instance_id(request.instance));
    look<std::vector<Event>>("read", reply, read_current_history(request.instance),
                             [](const Rows& rows) { return history_of(rows, "read"); });
  });
}

void Provider::get_status(const GetStatus& request, const Reply<OrchestrationStatus>& reply) {
  or_refuse<OrchestrationStatus>("get_status", reply, [&] {
    require(model::check_instance_id(request.instance));
    look<OrchestrationStatus>("get_status", reply, look_at(request.instance),
                              [](const Rows& rows) -> Answer<OrchestrationStatus> {
                                auto view = view_of(rows, "get_status");
                                if (!view) {
                                  return failure(view.error());
                                }
                                return *view ? (*view)->status : OrchestrationStatus();
                              });
  });
}

void Provider::get_value(const GetValue& request, const Reply<std::optional<StoredValue>>& reply) {
  or_refuse<std::optional<StoredValue>>("get_value", reply, [&] {
    require(model::check_key(request.key));
    require(model::check_instance_id(request.instance));
    look<std::optional<StoredValue>>(
        "get_value", reply, look_at(request.instance, request.key),
        [key = request.key](const Rows& rows) -> Answer<std::optional<StoredValue>> {
          auto view = view_of(rows, "get_value", key);
          if (!view) {
            return failure(view.error());
          }
          return *view ? (*view)->value : std::nullopt;
        });
  });
}

void Provider::get_values(const GetValues& request, const Reply<std::vector<StoredValue>>& reply) {
  or_refuse<std::vector<StoredValue>>("get_values", reply, [&] {
    require(model::check_instance_id(request.instance));
    look<std::vector<StoredValue>>("get_values", reply, read_values(request.instance),
                                   [](const Rows& rows) { return values_of(rows); });
  });
}

Provider::behavior_type Provider::make_behavior() {
  actors::send_later(this, parts_.life_sign, LifeSignDue{});
  return {
      [this](const FetchOrchestrationItem& request) {
        return answer_asker<std::vector<OrchestrationItem>>([&](Asker asker, auto reply) {
          state_.turn_fetches.fetch(asker, request, std::move(reply));
        });
      },
      [this](const AckOrchestrationItem& request) {
        return answer<void>([&](auto reply) { state_.turns.ack(request, std::move(reply)); });
      },
      [this](const AbandonOrchestrationItem& request) {
        return answer<void>([&](auto reply) { state_.turns.abandon(request, reply); });
      },
      [this](const Read& request) {
        return answer<std::vector<Event>>([&](auto reply) { read(request, reply); });
      },
      [this](const DequeueWorkerPeekLock& request) {
        return answer_asker<std::vector<WorkerItem>>([&](Asker asker, auto reply) {
          state_.work_fetches.fetch(asker, request, std::move(reply));
        });
      },
      [this](const AckWorker& request) {
        return answer<void>([&](auto reply) { state_.work.ack(request, reply); });
      },
      [this](const EnqueueOrchestratorWork& request) {
        return answer<void>([&](auto reply) { state_.messages.enqueue(request, reply); });
      },
      [](const SupportsDelayedVisibility&) { return true; },
      [this](const EnqueueTimerWork& request) {
        return answer<void>([&](auto reply) { state_.timers.enqueue(request, std::move(reply)); });
      },
      [this](const DequeueTimerPeekLock& request) {
        return answer_asker<DueTimers>([&](Asker asker, auto reply) {
          state_.timers.dequeue(asker, request, std::move(reply));
        });
      },
      [this](const AckTimer& request) {
        return answer<void>([&](auto reply) { state_.timers.ack(request, std::move(reply)); });
      },
      [this](const AbandonWorker& request) {
        return answer<void>([&](auto reply) { state_.work.abandon(request, std::move(reply)); });
      },
      [this](const ReleaseInstance& request) {
        state_.turns.release_resident(sender(), request.instance);
      },
      [this](const ReleaseHolder&) {
        return answer_asker<void>(
            [&](Asker asker, auto reply) { state_.release_holder(asker, reply); });
      },
      [this](const GetStatus& request) {
        return answer<OrchestrationStatus>([&](auto reply) { get_status(request, reply); });
      },
      [this](const WaitForStatus& request) {
        return answer_asker<OrchestrationStatus>([&](Asker asker, auto reply) {
          state_.waiting.wait_for_status(asker, request, std::move(reply));
        });
      },
      [this](const GetValue& request) {
        return answer<std::optional<StoredValue>>([&](auto reply) { get_value(request, reply); });
      },
      [this](const GetValues& request) {
        return answer<std::vector<StoredValue>>([&](auto reply) { get_values(request, reply); });
      },
      [this](const WaitForValue& request) {
        return answer_asker<std::optional<StoredValue>>([&](Asker asker, auto reply) {
          state_.waiting.wait_for_value(asker, request, std::move(reply));
        });
      },
      [this](const StopWaiting& request) { state_.waiting.stop(sender(), request.wait_id); },
      [this](const ReleaseFromQuarantine& request) {
        return answer<std::uint64_t>(
            [&](auto reply) { state_.release_from_quarantine(request, reply); });
      },
      [this](const ReleaseSessions& request) {
        state_.work.release_sessions(sender(), request.sessions);
      },
      [this](const AwaitCancelledWork&) {
        return answer_asker<std::vector<LockToken>>(
            [&](Asker asker, auto reply) { state_.cancelled.await(asker, std::move(reply)); });
      },
      [this](const Heartbeat& request) {
        return answer<void>(
            [&](auto reply) { state_.activities.heartbeat(request, std::move(reply)); });
      },
      [this](const CompleteActivity& request) {
        return answer<void>(
            [&](auto reply) { state_.activities.complete(request, std::move(reply)); });
      },
      [this](const StartOrFind& request) {
        return answer<StartedOrFound>(
            [&](auto reply) { state_.messages.start_or_find(request, reply); });
      },
      [this](const AskUpdate& request) {
        return answer_asker<std::optional<UpdateAnswer>>(
            [&](Asker asker, auto reply) { state_.messages.ask_update(asker, request, reply); });
      },
      [this](const AskQuery& request) {
        return answer_asker<std::optional<UpdateAnswer>>(
            [&](Asker asker, auto reply) { state_.messages.ask_query(asker, request, reply); });
      },
      [this](const StartAndRaise& request) {
        return answer<StartedOrFound>(
            [&](auto reply) { state_.messages.start_and_raise(request, reply); });
      },
      [this](const StartAndAsk& request) {
        return answer_asker<StartedAndAnswered>(
            [&](Asker asker, auto reply) { state_.messages.start_and_ask(asker, request, reply); });
      },
      [this](const WaitForStart& request) {
        return answer_asker<OrchestrationStatus>([&](Asker asker, auto reply) {
          state_.waiting.wait_for_start(asker, request, std::move(reply));
        });
      },
      [this](const Apply& apply) { state_.apply(std::move(*apply.request), apply.touched); },
      [this](const Notified& notified) { state_.hear(notified.payload); },
      [this](const RunBatch&) { run_batch(); },
      [this](const MailCame&) { mail_->carry_out(); },
      [this](const LifeSignDue&) {
        state_.give_life_sign();
        actors::send_later(this, parts_.life_sign, LifeSignDue{});
      },
      [this](const TimersDue&) { state_.timers.look_again(); },
      [this](const DeathDue&) { state_.death_due(); },
      [this](const FlushDue&) { state_.batches.flush_due(); },
  };
}

}  // namespace

StoreActor spawn_provider(caf::actor_system& system, StoreParts parts) {
  return caf::actor_cast<StoreActor>(system.spawn<Provider>(std::move(parts)));
}

}  // namespace duroxide::postgres
