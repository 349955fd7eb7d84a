// Where management's requests go. The front actor does nothing itself, so nobody waits behind it.

#include "provider/management_actor.hpp"

#include <functional>
#include <iterator>
#include <memory>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "model/background.hpp"
#include "model/metrics.hpp"
#include "protocol/enough_threads.hpp"

namespace duroxide::storage {

namespace {

/// What a read looks at.
struct Sources {
  Management management;
  Upkeep upkeep;
  SeenAtWork seen;

  [[nodiscard]] Sources paced() const { return {management.paced(), upkeep.paced(), seen}; }
};

bool is_running(const Management& management, const std::string& instance) {
  try {
    return management.info(instance).status == ExecutionStatus::running;
  } catch (const StorageFailure&) {
    return false;  // it is gone, or cannot be read, which others tell
  }
}

/// Those whose code holds a thread at this moment come first: nothing else about them gets on. Code that a
/// runtime has given up may last longer than its instance.
std::vector<StuckInstance> list_stuck(const Sources& from, const StuckFilter& filter) {
  std::vector<StuckInstance> all;
  for (const auto& turn : from.seen.overdue_turns->all()) {
    if (all.size() == filter.limit) {
      break;
    }
    if (!is_running(from.management, turn.instance)) {
      continue;
    }
    all.push_back({turn.instance, turn.orchestration, StuckKind::overdue,
                   "the end of a turn, whose code has run all the time since", turn.since});
  }
  auto others = from.management.stuck(filter);
  std::move(others.begin(), others.end(), std::back_inserter(all));
  return all;
}

std::vector<MetricFamily> metric_families(const Sources& from) {
  std::vector<MetricFamily> families = from.management.metric_families();
  if (from.seen.metrics != nullptr) {
    from.seen.metrics->collect(from.seen.overdue_turns->count(), families);
  }
  return families;
}

/// A request that only reads, on its way to the thread that answers it. It makes the answer as a
/// message, so that a reader need not know the types of either.
struct ReadJob {
  std::function<actors::Message(const Sources&)> answer;
};

}  // namespace

}  // namespace duroxide::storage

DUROXIDE_MESSAGE(duroxide::storage::ReadJob)

namespace duroxide::storage {

namespace {

using namespace management;

/// Answers jobs, one after the other.
class Reader final : public actors::DynamicActorBase {
 public:
  Reader(caf::actor_config& config, Sources sources, bool has_thread)
      : actors::DynamicActorBase(config), sources_(std::move(sources)), gives_way_(!has_thread) {}

  const char* name() const override { return "duroxide.reader"; }

 protected:
  caf::behavior make_behavior() override {
    return {[this](const ReadJob& job) {
      if (!std::exchange(gives_way_, true)) {
        yield_to_others();
      }
      return job.answer(sources_);
    }};
  }

 private:
  Sources sources_;
  bool gives_way_;
};

/// Spawns a reader when it is first needed.
class ReaderThread {
 public:
  [[nodiscard]] const actors::DynamicActor& get(caf::actor_system& system, const Sources& sources) {
    if (!actor_) {
      actor_ = can_have_thread(system)
                   ? system.spawn<Reader, actors::own_thread>(sources.paced(), true)
                   : system.spawn<Reader>(sources, false);
    }
    return actor_;
  }
  void stop() {
    if (actor_) {
      actors::stop(actor_);
    }
  }

 private:
  /// Without one it reads on the scheduler's, which is better than not at all.
  [[nodiscard]] static bool can_have_thread(caf::actor_system& system) {
    if (actors::is_deterministic(system)) {
      return false;
    }
    try {
      require_threads(1);
      return true;
    } catch (const std::system_error&) {
      return false;
    }
  }

  actors::DynamicActor actor_;
};

class Front final : public ManagementActor::base {
 private:
  /// Has `look` read on that thread. What it throws is the answer of `operation`.
  template <class Request, class Look>
  auto read(ReaderThread& thread, const char* operation, Look look) {
    return [this, &thread, operation, look](Request& request) {
      ReadJob job{[operation, look, request = std::move(request)](const Sources& sources) {
        using Value = decltype(look(sources, request));
        static_assert(std::is_same_v<typename Request::Response, provider::Answer<Value>>,
                      "the read must return what the request's response holds");
        return actors::make_message_of(
            answer_of<Value>(operation, [&] { return look(sources, request); }));
      }};
      delegate(thread.get(home_system(), sources_), std::move(job));
      return actors::Delegated<typename Request::Response>();
    };
  }
  /// The writer sees the original sender, and answers it.
  template <class Request>
  auto write() {
    return [this](Request& request) { return delegate(writer_, std::move(request)); };
  }

 public:
  Front(caf::actor_config& config, Sources sources, WriterActor writer)
      : ManagementActor::base(config), sources_(std::move(sources)), writer_(std::move(writer)) {}

  const char* name() const override { return "duroxide.management"; }

  void on_exit() override {
    short_reads_.stop();
    pages_.stop();
    long_reads_.stop();
    maintenance_.stop();
  }

 protected:
  behavior_type make_behavior() override {
    return {
        read<ListInstances>(
            long_reads_, "list_instances",
            [](const auto& from, const auto& asked) { return from.management.list(asked.filter); }),
        read<ListPage>(
            pages_, "list_page",
            [](const auto& from, const auto& asked) { return from.management.page(asked); }),
        read<CountInstances>(long_reads_, "count_instances",
                             [](const auto& from, const auto& asked) {
                               return from.management.count(asked.filter);
                             }),
        read<GetInstanceCounts>(
            short_reads_, "get_instance_counts",
            [](const auto& from, const auto&) { return from.management.counts(); }),
        read<GetInstanceInfo>(short_reads_, "get_instance_info",
                              [](const auto& from, const auto& asked) {
                                return from.management.info(asked.instance);
                              }),
        read<GetInstanceDetails>(short_reads_, "get_instance_details",
                                 [](const auto& from, const auto& asked) {
                                   return from.management.details(asked.instance);
                                 }),
        read<ListExecutions>(short_reads_, "list_executions",
                             [](const auto& from, const auto& asked) {
                               return from.management.executions(asked.instance);
                             }),
        read<GetExecutionInfo>(short_reads_, "get_execution_info",
                               [](const auto& from, const auto& asked) {
                                 return from.management.execution(asked.instance,
                                                                  asked.execution_id);
                               }),
        read<ReadExecutionHistory>(short_reads_, "read_execution_history",
                                   [](const auto& from, const auto& asked) {
                                     return from.management.history(asked.instance,
                                                                    asked.execution_id);
                                   }),
        read<GetQueueDepths>(
            short_reads_, "get_queue_depths",
            [](const auto& from, const auto&) { return from.management.queue_depths(); }),
        read<GetSystemMetrics>(short_reads_, "get_system_metrics",
                               [](const auto& from, const auto&) {
                                 auto metrics = from.management.metrics();
                                 metrics.overdue_turns = from.seen.overdue_turns->count();
                                 return metrics;
                               }),
        read<GetMetricFamilies>(
            short_reads_, "metrics",
            [](const auto& from, const auto&) { return metric_families(from); }),
        read<GetSystemHealth>(
            short_reads_, "get_system_health",
            [](const auto& from, const auto&) { return from.management.health(); }),
        read<ListPendingActivities>(short_reads_, "list_pending_activities",
                                    [](const auto& from, const auto& asked) {
                                      return from.management.pending_activities(asked.instance);
                                    }),
        read<ListMessages>(short_reads_, "list_messages",
                           [](const auto& from, const auto& asked) {
                             return from.management.messages(asked.instance);
                           }),
        read<ListQuarantined>(
            short_reads_, "list_quarantined",
            [](const auto& from, const auto&) { return from.management.quarantined(); }),
        read<ListStuck>(
            long_reads_, "list_stuck",
            [](const auto& from, const auto& asked) { return list_stuck(from, asked.filter); }),
        read<ListPaused>(short_reads_, "list_paused",
                         [](const auto& from, const auto&) { return from.management.paused(); }),
        read<GetInstanceTree>(long_reads_, "get_instance_tree",
                              [](const auto& from, const auto& asked) {
                                return from.management.tree(asked.instance, asked.limit);
                              }),
        read<ExportInstance>(long_reads_, "export_instance",
                             [](const auto& from, const auto& asked) {
                               return from.upkeep.export_instance(asked.instance);
                             }),
        read<VerifyStore>(maintenance_, "verify",
                          [](const auto& from, const auto& asked) {
                            return from.upkeep.verify(asked.on_progress);
                          }),
        read<BackupStore>(maintenance_, "backup",
                          [](const auto& from, const auto& asked) {
                            return from.upkeep.backup(asked.directory, asked.on_progress);
                          }),
        write<DeleteInstances>(),
        write<DeleteTrees>(),
        write<PruneExecutions>(),
        write<PruneInstances>(),
        write<Pause>(),
        write<TerminateInstance>(),
        write<DropMessage>(),
        write<RewindInstance>(),
        write<ForkInstance>(),
        write<ImportInstance>(),
        write<SubscribeChanges>(),
        write<AwaitChanges>(),
        write<UnsubscribeChanges>(),
    };
  }

 private:
  Sources sources_;
  WriterActor writer_;
  // Of their own, as nobody asks for just one page.
  ReaderThread pages_;
  ReaderThread short_reads_;
  ReaderThread long_reads_;
  ReaderThread maintenance_;
};

}  // namespace

ManagementActor spawn_management(caf::actor_system& system, const Management& reads,
                                 const Upkeep& upkeep, SeenAtWork seen, WriterActor writer) {
  return system.spawn<Front>(Sources{reads, upkeep, std::move(seen)}, std::move(writer));
}

}  // namespace duroxide::storage
