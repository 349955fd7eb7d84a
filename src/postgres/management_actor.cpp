// Where management's requests go. The front actor only hands on, so nobody waits behind it.

#include "postgres/management_actor.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

#include "postgres/counts.hpp"
#include "postgres/database.hpp"
#include "postgres/listing.hpp"
#include "postgres/reads.hpp"
#include "postgres/refusals.hpp"
#include "postgres/verification.hpp"
#include "postgres/waiter.hpp"
#include "postgres/writings.hpp"

namespace duroxide::postgres {

namespace {

/// Something that the front is to do on its own turn: mostly to give an answer.
struct FrontErrand {
  std::function<void()> what;
};

}  // namespace

}  // namespace duroxide::postgres

DUROXIDE_MESSAGE(duroxide::postgres::FrontErrand)

namespace duroxide::postgres {

namespace {

using namespace management;

constexpr const char* no_changes =
    "a store in PostgreSQL does not tell of changes yet; ask for pages by the last change instead";

using FrontActor = ManagementActor::extend<actors::Accepts<FrontErrand>>;

class Front final : public FrontActor::base {
 public:
  Front(caf::actor_config& config, ManagementParts parts)
      : FrontActor::base(config),
        parts_(std::move(parts)),
        pages_(parts_.reads),
        short_reads_(parts_.reads),
        long_reads_(parts_.reads),
        maintenance_(parts_.reads),
        changes_(parts_.reads) {}

  const char* name() const override { return "duroxide.postgres.management"; }

  void on_exit() override {
    for (Waiter* each : {&short_reads_, &pages_, &long_reads_, &maintenance_, &changes_}) {
      each->stop();
    }
    for (auto& [number, give_up] : std::exchange(open_, {})) {
      give_up();
    }
  }

 protected:
  behavior_type make_behavior() override;

 private:
  /// The promise of an answer, by its number, so that it is answered once, and also when the store is closed.
  template <class Request>
  class Answerer {
   public:
    Answerer(Front* front, const char* operation)
        : front_(front),
          self_(front),
          number_(++front->last_),
          operation_(operation),
          promise_(front->make_response_promise<typename Request::Response>()) {
      front->open_.emplace(number_, [promise = promise_, operation]() mutable {
        promise.deliver(typename Request::Response(failure(
            ProviderError{ProviderError::Kind::closed, operation, "the store is closed", false})));
      });
    }

    [[nodiscard]] const char* operation() const { return operation_; }
    [[nodiscard]] const auto& promise() const { return promise_; }
    /// From any thread.
    void answer(typename Request::Response response) const {
      post([*this, response = std::move(response)]() mutable {
        if (front_->open_.erase(number_) == 1) {
          auto promise = promise_;
          promise.deliver(std::move(response));
        }
      });
    }
    /// Has the front do something on its own turn. From any thread.
    void post(std::function<void()> what) const {
      actors::send_from_outside(self_, FrontErrand{std::move(what)});
    }
    [[nodiscard]] Front* front() const { return front_; }

   private:
    Front* front_;
    FrontActor self_;  ///< keeps it alive
    std::uint64_t number_;
    const char* operation_;
    actors::Promise<typename Request::Response> promise_;
  };

  /// Has `look` read where it may wait. What it throws is the answer of `operation`.
  template <class Request, class Look>
  auto read(Waiter& waiter, const char* operation, Look look) {
    return [this, &waiter, operation, look](Request& request) {
      const Answerer<Request> answerer(this, operation);
      waiter.send(
          home_system(), [answerer, look, request = std::move(request)](Database& database) {
            using Value = std::decay_t<decltype(look(database, request))>;
            answerer.answer(
                answer_of<Value>(answerer.operation(), [&] { return look(database, request); }));
          });
      return answerer.promise();
    };
  }

  [[nodiscard]] CallContext context() const {
    CallContext made;
    made.clock_now = parts_.clock->now();
    if (parts_.uses_given_clock) {
      made.now = to_milliseconds(made.clock_now);
    }
    return made;
  }

  /// Goes on with a change: looks where it may wait, and has the provider make the next step.
  template <class Request, class Value>
  void go_on(const Answerer<Request>& answerer, const std::shared_ptr<Writing<Value>>& writing,
             std::shared_ptr<Answers> made) {
    changes_.send(home_system(), [answerer, writing, made = std::move(made), made_with = context(),
                                  log = parts_.log](Database& database) {
      try {
        if (made) {
          writing->made(*made);
        }
        if (auto step = writing->next(Bench{database, made_with, log})) {
          answerer.post([answerer, writing, step = std::make_shared<Step>(std::move(*step))] {
            answerer.front()->apply(answerer, writing, *step);
          });
        } else if constexpr (std::is_same_v<Value, std::monostate>) {
          answerer.answer({});
        } else {
          answerer.answer(writing->answer());
        }
      } catch (const Refusal& refused) {
        answerer.answer(failure(refused.told_for(answerer.operation())));
      }
    });
  }
  template <class Request, class Value>
  void apply(const Answerer<Request>& answerer, const std::shared_ptr<Writing<Value>>& writing,
             Step& step) {
    const auto request = std::make_shared<postgres::Request>();
    request->operation = answerer.operation();
    request->calls = std::move(step.calls);
    request->changes = step.touched;
    request->done = [answerer, writing](Outcome outcome) {
      if (!outcome) {
        answerer.answer(failure(std::move(outcome).error()));
        return;
      }
      answerer.post(
          [answerer, writing, answers = std::make_shared<Answers>(std::move(*outcome))]() mutable {
            answerer.front()->go_on(answerer, writing, std::move(answers));
          });
    };
    actors::send_from_outside(parts_.provider, Apply{request, std::move(step.touched)});
  }
  template <class Request>
  auto begin_change(const char* operation, Request& request) {
    const Answerer<Request> answerer(this, operation);
    go_on(answerer, std::shared_ptr(write(std::move(request))), nullptr);
    return answerer.promise();
  }
  template <class Request>
  auto change(const char* operation) {
    return
        [this, operation](Request& request) { return begin_change<Request>(operation, request); };
  }
  template <class Request>
  auto refuse_all(const char* operation, const char* why) {
    return [operation, why](Request& /*request*/) -> typename Request::Response {
      return failure(ProviderError{ProviderError::Kind::not_available, operation, why, false});
    };
  }

  ManagementParts parts_;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, std::function<void()>> open_;
  // Each with a thread, so that none waits behind another kind.
  Waiter pages_;
  Waiter short_reads_;
  Waiter long_reads_;
  Waiter maintenance_;
  Waiter changes_;
};

Front::behavior_type Front::make_behavior() {
  return {
      [](const FrontErrand& errand) { errand.what(); },
      read<ListInstances>(long_reads_, "list_instances",
                          [](Database& database, const ListInstances& asked) {
                            return list_instances(database, asked.filter);
                          }),
      read<ListPage>(
          pages_, "list_page",
          [](Database& database, const ListPage& asked) { return list_page(database, asked); }),
      read<CountInstances>(long_reads_, "count_instances",
                           [](Database& database, const CountInstances& asked) {
                             return count_instances(database, asked.filter);
                           }),
      read<GetInstanceCounts>(
          short_reads_, "get_instance_counts",
          [](Database& database, const GetInstanceCounts&) { return read_counts(database); }),
      read<GetInstanceInfo>(short_reads_, "get_instance_info",
                            [](Database& database, const GetInstanceInfo& asked) {
                              return read_info(database, asked.instance);
                            }),
      read<GetInstanceDetails>(short_reads_, "get_instance_details",
                               [](Database& database, const GetInstanceDetails& asked) {
                                 return read_details(database, asked.instance);
                               }),
      read<ListExecutions>(short_reads_, "list_executions",
                           [](Database& database, const ListExecutions& asked) {
                             return list_executions(database, asked.instance);
                           }),
      read<GetExecutionInfo>(short_reads_, "get_execution_info",
                             [](Database& database, const GetExecutionInfo& asked) {
                               return read_execution(database, asked.instance, asked.execution_id);
                             }),
      read<ReadExecutionHistory>(short_reads_, "read_execution_history",
                                 [](Database& database, const ReadExecutionHistory& asked) {
                                   return read_history(database, asked.instance,
                                                       asked.execution_id);
                                 }),
      read<GetQueueDepths>(
          short_reads_, "get_queue_depths",
          [](Database& database, const GetQueueDepths&) { return read_queue_depths(database); }),
      read<GetSystemMetrics>(
          short_reads_, "get_system_metrics",
          [](Database& database, const GetSystemMetrics&) { return read_metrics(database); }),
      read<GetMetricFamilies>(short_reads_, "metrics",
                              [](Database& database, const GetMetricFamilies&) {
                                return read_metric_families(database);
                              }),
      read<GetSystemHealth>(short_reads_, "get_system_health",
                            [clock = parts_.clock](Database& database, const GetSystemHealth&) {
                              return read_health(database, clock->now());
                            }),
      read<ListPendingActivities>(short_reads_, "list_pending_activities",
                                  [](Database& database, const ListPendingActivities& asked) {
                                    return list_pending_activities(database, asked.instance);
                                  }),
      read<ListMessages>(short_reads_, "list_messages",
                         [](Database& database, const ListMessages& asked) {
                           return list_messages(database, asked.instance);
                         }),
      read<ListQuarantined>(
          short_reads_, "list_quarantined",
          [](Database& database, const ListQuarantined&) { return list_quarantined(database); }),
      read<ListStuck>(long_reads_, "list_stuck",
                      [clock = parts_.clock](Database& database, const ListStuck& asked) {
                        return list_stuck(database, asked.filter, clock->now());
                      }),
      read<ListPaused>(short_reads_, "list_paused",
                       [](Database& database, const ListPaused&) { return list_paused(database); }),
      read<GetInstanceTree>(long_reads_, "get_instance_tree",
                            [](Database& database, const GetInstanceTree& asked) {
                              return read_tree(database, asked.instance, asked.limit);
                            }),
      read<ExportInstance>(long_reads_, "export_instance",
                           [](Database& database, const ExportInstance& asked) {
                             return export_instance(database, asked.instance);
                           }),
      read<VerifyStore>(maintenance_, "verify",
                        [](Database& database, const VerifyStore& asked) {
                          return verify_store(database, asked.on_progress);
                        }),
      refuse_all<BackupStore>("backup",
                              "a backup of a store in PostgreSQL is the database's own business: "
                              "use pg_basebackup, pg_dump of its schema, or what your service "
                              "offers; single instances can be exported"),
      change<DeleteInstances>("delete_instances"),
      change<DeleteTrees>("delete_trees"),
      change<PruneExecutions>("prune_executions"),
      change<PruneInstances>("prune_instances"),
      [this](Pause& request) {
        return begin_change<Pause>(request.pause ? "pause" : "resume", request);
      },
      change<TerminateInstance>("terminate_instance"),
      change<DropMessage>("drop_message"),
      change<RewindInstance>("rewind_instance"),
      change<ForkInstance>("fork_instance"),
      change<ImportInstance>("import_instance"),
      refuse_all<SubscribeChanges>("subscribe_changes", no_changes),
      refuse_all<AwaitChanges>("await_changes", no_changes),
      refuse_all<UnsubscribeChanges>("unsubscribe_changes", no_changes),
  };
}

}  // namespace

ManagementActor spawn_management(caf::actor_system& system, ManagementParts parts) {
  return system.spawn<Front>(std::move(parts));
}

}  // namespace duroxide::postgres
