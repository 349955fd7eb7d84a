#include "provider/provider_actor.hpp"

#include <chrono>
#include <exception>
#include <string>
#include <type_traits>
#include <unordered_set>
#include <utility>

#include "engine/abandon_turn.hpp"
#include "engine/ack_timers.hpp"
#include "engine/ack_turn.hpp"
#include "engine/ack_work.hpp"
#include "engine/activity_requests.hpp"
#include "engine/enqueue.hpp"
#include "engine/enqueue_timer.hpp"
#include "engine/pause.hpp"
#include "engine/reads.hpp"
#include "engine/release_from_quarantine.hpp"
#include "engine/release_holder.hpp"
#include "engine/subscriptions.hpp"
#include "engine/timer_dispatch.hpp"
#include "engine/turn_dispatch.hpp"
#include "engine/updates.hpp"
#include "engine/voided.hpp"
#include "engine/waiting.hpp"
#include "engine/work_dispatch.hpp"
#include "protocol/after_each_message.hpp"
#include "protocol/committed_reads.hpp"
#include "protocol/engine_scheduler.hpp"
#include "protocol/quiet_acks.hpp"
#include "protocol/watched_code.hpp"
#include "provider/committed_reader.hpp"
#include "provider/gathered_answers.hpp"
#include "upkeep/delete_instances.hpp"
#include "upkeep/delete_trees.hpp"
#include "upkeep/drop_message.hpp"
#include "upkeep/fork_instance.hpp"
#include "upkeep/import_instance.hpp"
#include "upkeep/prune.hpp"
#include "upkeep/replace_instance.hpp"
#include "upkeep/rewind_instance.hpp"
#include "upkeep/start_with.hpp"
#include "upkeep/terminate_instance.hpp"

namespace duroxide::storage {

struct CommitNow {};
struct HoldTick {};

}  // namespace duroxide::storage

DUROXIDE_MESSAGE(duroxide::storage::CommitNow)
DUROXIDE_MESSAGE(duroxide::storage::HoldTick)

namespace duroxide::storage {

namespace {

/// What the actor also takes from runtimes and clients of ours, and tells itself.
using OwnActor = WriterActor::extend<actors::Accepts<AckTurnQuietly>,
                                     actors::Accepts<AckWorkQuietly>, actors::Accepts<EnqueueMany>,
                                     actors::Accepts<CommitNow>, actors::Accepts<HoldTick>>;
using WriterBase = actors::AfterEachMessage<OwnActor::base>;

using namespace provider;

/// Turns messages into calls of the engine, and its replies into answers. Nothing is decided here.
class Writer final : public WriterBase,
                     public TakesQuietAcks,
                     public TakesManyEnqueues,
                     public HasCommittedReads,
                     private CommitTiming::Host,
                     private actors::MayBeOverdue {
 public:
  Writer(caf::actor_config& config, ProviderParts parts, CommittedReads reads,
         std::shared_ptr<Breakdown> breakdown)
      : WriterBase(config),
        HasCommittedReads(std::move(reads)),
        scheduler_(actors::EngineScheduler::of(home_system())),
        on_closed_(std::move(parts.on_closed)),
        log_(parts.log),
        engine_(std::move(parts.store), parts.opening, std::move(parts.clock), std::move(parts.log),
                std::move(parts.reasons), *this, std::move(breakdown), parts.options) {
    set_down_handler([this](const caf::down_msg& down) {
      known_.erase(down.source.id());
      holder_gone(engine_, down.source.id());
    });
  }

  const char* name() const override { return "duroxide.provider"; }

  void on_exit() override {
    engine_.close();
    gathered_.send();
    actors::stop(committed_reads());
    if (on_closed_) {
      std::exchange(on_closed_, nullptr)();
    }
  }

 protected:
  behavior_type make_behavior() override;
  void after_message() override { gathered_.send(); }

 private:
  /// When the engine thread has nothing else to run, all that belongs to the batch has come. Where
  /// there is no such thread, a message comes behind those that wait already.
  void commit_soon() override {
    if (scheduler_ == nullptr) {
      actors::send(this, me(), CommitNow{});
    } else {
      scheduler_->when_idle([self = me()] { actors::send_from_outside(self, CommitNow{}); });
    }
  }
  void wait_for_disk(const std::function<void()>& wait) override {
    gathered_.send();  // an answer that is given does not wait for the disk
    if (scheduler_ == nullptr) {
      wait();
    } else {
      const actors::WatchedCode watched(*this);
      scheduler_->let_others_run(wait);
    }
  }
  void tick_in(Milliseconds delay) override { actors::send_later(this, delay, HoldTick{}); }

  void is_overdue(std::chrono::milliseconds so_far) const noexcept override {
    try {
      if (log_) {
        LogRecord line;
        line.level = LogLevel::warn;
        line.message = "the store has waited for its disk for " + std::to_string(so_far.count()) +
                       " ms, and everybody for what is written there; is the disk busy or failing?";
        log_(line);
      }
    } catch (const std::exception&) {
      // Out of memory, for one: nobody can be told.
    }
  }

  [[nodiscard]] OwnActor me() { return caf::actor_cast<OwnActor>(this); }

  /// The sender, watched from now on, so that what it holds does not outlive it.
  [[nodiscard]] Holder sender() {
    const auto& from = current_sender();
    if (!from) {
      return 0;
    }
    if (known_.insert(from->id()).second) {
      monitor(caf::actor_cast<caf::actor_addr>(from));
    }
    return from->id();
  }

  template <class T>
  [[nodiscard]] static Reply<T> reply_to(actors::Promise<T> promise) {
    return [promise = std::move(promise)](T answer) mutable { promise.deliver(std::move(answer)); };
  }

  /// Runs `call` with a reply, and gives CAF the promise behind it.
  template <class T, class Call>
  [[nodiscard]] actors::Promise<T> answer(const Call& call) {
    auto promise = make_response_promise<T>();
    call(reply_to<T>(promise));
    return promise;
  }

  /// As `answer`, for requests whose sender will hold something. The sender is looked at first: the
  /// promise takes it away from the message.
  template <class T, class Call>
  [[nodiscard]] actors::Promise<T> answer_holder(const Call& call) {
    const Holder holder = sender();
    return answer<T>([&](Reply<T> reply) { call(holder, std::move(reply)); });
  }

  /// Has the engine apply a request, whose answer is what `function` returns, or that it is done.
  template <class T, class Request>
  [[nodiscard]] auto change(const char* operation, const Request& request,
                            T (*function)(Transaction&, const Request&)) {
    const auto call = [&](Transaction& transaction) { return function(transaction, request); };
    if constexpr (std::is_void_v<T>) {
      return answer<Done>([&](auto reply) { engine_.apply(operation, std::move(reply), call); });
    } else {
      return answer<Answer<T>>(
          [&](auto reply) { engine_.apply_for<T>(operation, std::move(reply), call); });
    }
  }

  /// Somebody asks for what is committed who does not know `committed_reads`.
  template <class T, class Request>
  [[nodiscard]] actors::Promise<Answer<T>> look(const char* operation, const Request& request,
                                                T (*function)(const ReadView&, const Request&)) {
    return answer<Answer<T>>([&](auto reply) {
      engine_.ask(operation, std::move(reply), [&](Transaction& transaction, const auto& now) {
        now(answer_of<T>(operation, [&] { return function(transaction.committed(), request); }));
      });
    });
  }

  /// Somebody who holds something asks, and is answered now or later.
  template <class R, class A, class Request>
  [[nodiscard]] actors::Promise<A> ask(const char* operation, const Request& request,
                                       R (*function)(Transaction&, Holder, const Request&,
                                                     Reply<A>)) {
    return answer_holder<A>([&](Holder holder, auto reply) {
      engine_.ask(operation, std::move(reply), [&](Transaction& transaction, auto later) {
        return function(transaction, holder, request, std::move(later));
      });
    });
  }

  /// As `change`, for the end of what is leased, and what becomes of it if that finds no room.
  template <class Request>
  [[nodiscard]] actors::Promise<Done> end_lease(const char* operation, const Request& request,
                                                void (*function)(Transaction&, const Request&),
                                                void (*no_room)(Transaction&, LockToken)) {
    return answer<Done>([&](auto reply) {
      end_lease_and_reply(operation, request, function, no_room, std::move(reply));
    });
  }

  template <class Request>
  void end_lease_and_reply(const char* operation, const Request& request,
                           void (*function)(Transaction&, const Request&),
                           void (*no_room)(Transaction&, LockToken), Reply<Done> reply) {
    engine_.apply(
        operation, std::move(reply),
        [&](Transaction& transaction) { function(transaction, request); },
        [&](Transaction& transaction) { no_room(transaction, request.lock_token); });
  }

  /// Tells the sender of the message alone that it is refused, and then does what else `refused` says.
  template <class Refused>
  [[nodiscard]] Reply<Done> reply_to_refusal(LockToken token, Refused refused) {
    const auto reply = [to = current_sender(), token, refused](const Done& done) {
      if (done) {
        return;
      }
      if (to) {
        actors::send_from_outside(caf::actor_cast<actors::DynamicActor>(to),
                                  AckRefused{token, done.error()});
      }
      refused(done.error());
    };
    static_assert(sizeof(reply) <= Reply<Done>::room &&
                      std::is_nothrow_move_constructible_v<std::remove_const_t<decltype(reply)>>,
                  "a quiet ack takes no memory for what is to be done if it is refused");
    return reply;
  }

  void ack_turn_quietly(const AckTurnQuietly& quiet) {
    const LockToken token = quiet.ack.lock_token;
    const auto give_back = [this, token, delay = quiet.delay_if_refused,
                            listener = quiet.listener](const ProviderError& error) {
      if (listener) {
        listener->refused(error);
      }
      if (error.kind == ProviderError::Kind::invalid_lock_token) {
        return;  // it is given back, or held by another
      }
      // As a message: what is refused is refused amid another request.
      AbandonOrchestrationItem abandon;
      abandon.lock_token = token;
      abandon.delay = delay;
      actors::send_from_outside(me(), std::move(abandon));
    };
    end_lease_and_reply("ack_orchestration_item", quiet.ack, ack_turn, void_turn,
                        reply_to_refusal(token, give_back));
  }

  void ack_work_quietly(const AckWorkQuietly& quiet) {
    end_lease_and_reply(
        "ack_worker", quiet.ack, ack_work, void_work,
        reply_to_refusal(quiet.ack.lock_token, [](const ProviderError& /*error*/) {}));
  }

  void enqueue_many(const EnqueueMany& many) {
    const auto to = gathered_.to(current_sender());
    for (const NumberedEnqueue& each : many.requests) {
      engine_.apply("enqueue_orchestrator_work", gathered_.reply(to, each.number),
                    [&](Transaction& transaction) { enqueue_item(transaction, each.request); });
    }
  }

  actors::EngineScheduler* scheduler_;  ///< null in a system that is not ours
  std::function<void()> on_closed_;
  LogSink log_;
  std::unordered_set<Holder> known_;
  GatheredAnswers gathered_;  ///< before the engine, which answers when it ends
  Engine engine_;
};

Writer::behavior_type Writer::make_behavior() {
  // A message is compared with the types of these in this order, by their names; so what comes most often
  // stands first.
  return {
      [this](const AckTurnQuietly& quiet) { ack_turn_quietly(quiet); },
      [this](const AckWorkQuietly& quiet) { ack_work_quietly(quiet); },
      [this](const EnqueueMany& many) { enqueue_many(many); },
      [this](const CommitNow&) { engine_.commit_due(); },
      [this](const FetchOrchestrationItem& request) {
        return ask("fetch_orchestration_item", request, fetch_turns);
      },
      [this](const DequeueWorkerPeekLock& request) {
        return ask("dequeue_worker_peek_lock", request, fetch_work);
      },
      [this](const EnqueueOrchestratorWork& request) {
        return change("enqueue_orchestrator_work", request, enqueue_item);
      },
      [this](const WaitForStatus& request) {
        return ask("wait_for_status", request, wait_for_status);
      },
      [this](const AckOrchestrationItem& request) {
        return end_lease("ack_orchestration_item", request, ack_turn, void_turn);
      },
      [this](const AbandonOrchestrationItem& request) {
        return end_lease("abandon_orchestration_item", request, abandon_turn, void_turn);
      },
      [this](const Read& request) { return look("read", request, read_history); },
      [this](const AckWorker& request) {
        return end_lease("ack_worker", request, ack_work, void_work);
      },
      [](const SupportsDelayedVisibility&) { return true; },
      [this](const EnqueueTimerWork& request) {
        return change("enqueue_timer_work", request, enqueue_timer);
      },
      [this](const DequeueTimerPeekLock& request) {
        return ask("dequeue_timer_peek_lock", request, dequeue_timers);
      },
      [this](const AckTimer& request) {
        return answer<Done>([&](auto reply) { ack_timers(engine_, request, std::move(reply)); });
      },
      [this](const AbandonWorker& request) {
        return end_lease("abandon_worker", request, abandon_work, void_work);
      },
      [this](const ReleaseInstance& request) {
        engine_.tell([&, holder = sender()](Transaction& transaction) {
          release_instance(transaction, holder, request.instance);
          return false;
        });
      },
      [this](const ReleaseHolder&) {
        return answer_holder<Done>(
            [&](Holder holder, auto reply) { release_holder(engine_, holder, std::move(reply)); });
      },
      [this](const GetStatus& request) { return look("get_status", request, get_status); },
      [this](const GetValue& request) { return look("get_value", request, get_value); },
      [this](const GetValues& request) { return look("get_values", request, get_values); },
      [this](const WaitForValue& request) {
        return ask("wait_for_value", request, wait_for_value);
      },
      [this](const ReleaseFromQuarantine& request) {
        return answer<Answer<std::uint64_t>>(
            [&](auto reply) { release_from_quarantine(engine_, request, std::move(reply)); });
      },
      [this](const ReleaseSessions& request) {
        engine_.tell([&, holder = sender()](Transaction& transaction) {
          release_sessions(transaction, holder, request.sessions);
          return true;
        });
      },
      [this](const AwaitCancelledWork& request) {
        return ask("await_cancelled_work", request, await_cancelled_work);
      },
      [this](const Heartbeat& request) { return change("heartbeat", request, heartbeat); },
      [this](const CompleteActivity& request) {
        return change("complete_activity", request, complete_activity);
      },
      [this](const StartOrFind& request) {
        return change("start_or_find", request, request.replace ? start_in_place : start_or_find);
      },
      [this](const AskUpdate& request) {
        return answer_holder<UpdateWait::Answer>([&](Holder holder, auto reply) {
          ask_update(engine_, holder, request, std::move(reply));
        });
      },
      [this](const AskQuery& request) { return ask("query", request, ask_query); },
      [this](const StartAndRaise& request) {
        return change("start_and_raise", request, start_and_raise);
      },
      [this](const StartAndAsk& request) {
        return answer_holder<Answer<StartedAndAnswered>>([&](Holder holder, auto reply) {
          start_and_ask(engine_, holder, request, std::move(reply));
        });
      },
      [this](const WaitForStart& request) {
        return ask("wait_for_start", request, wait_for_start);
      },
      [this](const StopWaiting& request) {
        engine_.let_go([&, holder = sender()](Transaction& transaction) {
          stop_waiting(transaction, holder, request.wait_id);
        });
      },
      [this](const management::DeleteInstances& request) {
        return change("delete_instances", request, delete_instances);
      },
      [this](const management::DeleteTrees& request) {
        return change("delete_trees", request, delete_trees);
      },
      [this](const management::PruneInstances& request) {
        return change("prune_instances", request, prune_instances);
      },
      [this](const management::PruneExecutions& request) {
        return answer<Answer<PruneResult>>(
            [&](auto reply) { prune_executions(engine_, request, std::move(reply)); });
      },
      [this](const management::Pause& request) {
        return change(request.pause ? "pause" : "resume", request, pause);
      },
      [this](const management::TerminateInstance& request) {
        return change("terminate_instance", request, terminate_instance);
      },
      [this](const management::DropMessage& request) {
        return change("drop_message", request, drop_message);
      },
      [this](const management::RewindInstance& request) {
        return change("rewind_instance", request, rewind_instance);
      },
      [this](const management::ForkInstance& request) {
        return change("fork_instance", request, fork_instance);
      },
      [this](const management::ImportInstance& request) {
        return change("import_instance", request, import_instance);
      },
      [this](const management::SubscribeChanges& request) {
        return ask("subscribe_changes", request, subscribe);
      },
      [this](const management::AwaitChanges& request) {
        return ask("await_changes", request, await_changes);
      },
      [this](const management::UnsubscribeChanges& request) {
        return answer_holder<Done>([&](Holder holder, const auto& reply) {
          engine_.let_go([&](Transaction& transaction) {
            transaction.feed().unsubscribe(holder, request.subscription_id);
          });
          reply(Done{});
        });
      },
      [this](const HoldTick&) { engine_.tick_due(); },
  };
}

}  // namespace

WriterActor spawn_provider(caf::actor_system& system, ProviderParts parts) {
  auto breakdown = std::make_shared<Breakdown>();
  auto reads = spawn_committed_reader(system, parts.store, breakdown);
  if (actors::is_deterministic(system) || actors::EngineScheduler::of(system) != nullptr) {
    return caf::actor_cast<WriterActor>(
        system.spawn<Writer>(std::move(parts), std::move(reads), std::move(breakdown)));
  }
  return caf::actor_cast<WriterActor>(system.spawn<Writer, actors::own_thread>(
      std::move(parts), std::move(reads), std::move(breakdown)));
}

}  // namespace duroxide::storage
