// Where management's requests go. The front actor does nothing itself, so nobody waits behind it.

#include <system_error>
#include <utility>

#include "model/background.hpp"
#include "protocol/enough_threads.hpp"
#include "queries/management.hpp"

namespace duroxide::storage {

namespace {

using namespace management;

using ShortReads =
    RequestList<GetInstanceCounts, GetInstanceInfo, GetInstanceDetails, ListExecutions,
                GetExecutionInfo, ReadExecutionHistory, GetQueueDepths, GetSystemMetrics,
                GetSystemHealth, ListPendingActivities, ListMessages, ListQuarantined, ListPaused>;
/// Of their own, as nobody asks for just one of them.
using Pages = RequestList<ListPage>;
using LongReads =
    RequestList<ListInstances, CountInstances, ListStuck, GetInstanceTree, ExportInstance>;
using Maintenance = RequestList<VerifyStore, BackupStore>;

template <class Read>
auto attempt(const char* operation, const Read& read) {
  return answer_of<decltype(read())>(operation, read);
}

/// Answers each request that only reads.
class Reads {
 public:
  explicit Reads(Management reads) : reads_(std::move(reads)) {}

  auto answer(const ListInstances& request) const {
    return attempt("list_instances", [&] { return reads_.list(request.filter); });
  }
  auto answer(const ListPage& request) const {
    return attempt("list_page", [&] { return reads_.page(request); });
  }
  auto answer(const CountInstances& request) const {
    return attempt("count_instances", [&] { return reads_.count(request.filter); });
  }
  auto answer(const GetInstanceCounts&) const {
    return attempt("get_instance_counts", [&] { return reads_.counts(); });
  }
  auto answer(const GetInstanceInfo& request) const {
    return attempt("get_instance_info", [&] { return reads_.info(request.instance); });
  }
  auto answer(const GetInstanceDetails& request) const {
    return attempt("get_instance_details", [&] { return reads_.details(request.instance); });
  }
  auto answer(const ListExecutions& request) const {
    return attempt("list_executions", [&] { return reads_.executions(request.instance); });
  }
  auto answer(const GetExecutionInfo& request) const {
    return attempt("get_execution_info",
                   [&] { return reads_.execution(request.instance, request.execution_id); });
  }
  auto answer(const ReadExecutionHistory& request) const {
    return attempt("read_execution_history",
                   [&] { return reads_.history(request.instance, request.execution_id); });
  }
  auto answer(const GetQueueDepths&) const {
    return attempt("get_queue_depths", [&] { return reads_.queue_depths(); });
  }
  auto answer(const GetSystemMetrics&) const {
    return attempt("get_system_metrics", [&] { return reads_.metrics(); });
  }
  auto answer(const GetSystemHealth&) const {
    return attempt("get_system_health", [&] { return reads_.health(); });
  }
  auto answer(const ListPendingActivities& request) const {
    return attempt("list_pending_activities",
                   [&] { return reads_.pending_activities(request.instance); });
  }
  auto answer(const ListMessages& request) const {
    return attempt("list_messages", [&] { return reads_.messages(request.instance); });
  }
  auto answer(const ListQuarantined&) const {
    return attempt("list_quarantined", [&] { return reads_.quarantined(); });
  }
  auto answer(const ListStuck& request) const {
    return attempt("list_stuck", [&] { return reads_.stuck(request.filter); });
  }
  auto answer(const ListPaused&) const {
    return attempt("list_paused", [&] { return reads_.paused(); });
  }
  auto answer(const GetInstanceTree& request) const {
    return attempt("get_instance_tree", [&] { return reads_.tree(request.instance); });
  }
  auto answer(const ExportInstance& request) const {
    return attempt("export_instance", [&] { return reads_.export_instance(request.instance); });
  }
  auto answer(const VerifyStore& request) const {
    return attempt("verify", [&] { return reads_.verify(request.on_progress); });
  }
  auto answer(const BackupStore& request) const {
    return attempt("backup", [&] { return reads_.backup(request.directory, request.on_progress); });
  }

 private:
  Management reads_;
};

template <class Requests>
class Reader;

/// Answers some of the requests, one after the other.
template <class... Requests>
class Reader<RequestList<Requests...>> final : public RequestList<Requests...>::Actor::base {
 public:
  using Base = typename RequestList<Requests...>::Actor::base;

  Reader(caf::actor_config& config, const Management& reads, bool has_thread)
      : Base(config), reads_(reads), gives_way_(!has_thread) {}

  typename Base::behavior_type make_behavior() override {
    return {[this](const Requests& request) {
      if (!std::exchange(gives_way_, true)) {
        yield_to_others();
      }
      return reads_.answer(request);
    }...};
  }

 private:
  Reads reads_;
  bool gives_way_;
};

/// Spawns a reader when it is first needed, and hands requests on to it.
template <class Requests>
class ReaderThread {
 public:
  [[nodiscard]] const typename Requests::Actor& get(caf::actor_system& system,
                                                    const Management& reads) {
    if (!actor_) {
      actor_ = can_have_thread(system)
                   ? system.spawn<Reader<Requests>, actors::own_thread>(reads.paced(), true)
                   : system.spawn<Reader<Requests>>(reads, false);
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

  typename Requests::Actor actor_;
};

class Front final : public ManagementActor::base {
 private:
  template <class Request, class Requests>
  auto read(ReaderThread<Requests>& thread) {
    return [this, &thread](Request& request) {
      return delegate(thread.get(home_system(), reads_), std::move(request));
    };
  }
  /// The writer sees the original sender, and answers it.
  template <class Request>
  auto write() {
    return [this](Request& request) { return delegate(writer_, std::move(request)); };
  }

 public:
  Front(caf::actor_config& config, const Management& reads, WriterActor writer)
      : ManagementActor::base(config), reads_(reads), writer_(std::move(writer)) {}

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
        read<ListInstances>(long_reads_),
        read<ListPage>(pages_),
        read<CountInstances>(long_reads_),
        read<GetInstanceCounts>(short_reads_),
        read<GetInstanceInfo>(short_reads_),
        read<GetInstanceDetails>(short_reads_),
        read<ListExecutions>(short_reads_),
        read<GetExecutionInfo>(short_reads_),
        read<ReadExecutionHistory>(short_reads_),
        read<GetQueueDepths>(short_reads_),
        read<GetSystemMetrics>(short_reads_),
        read<GetSystemHealth>(short_reads_),
        read<ListPendingActivities>(short_reads_),
        read<ListMessages>(short_reads_),
        read<ListQuarantined>(short_reads_),
        read<ListStuck>(long_reads_),
        read<ListPaused>(short_reads_),
        read<GetInstanceTree>(long_reads_),
        read<ExportInstance>(long_reads_),
        read<VerifyStore>(maintenance_),
        read<BackupStore>(maintenance_),
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
  Management reads_;
  WriterActor writer_;
  ReaderThread<ShortReads> short_reads_;
  ReaderThread<Pages> pages_;
  ReaderThread<LongReads> long_reads_;
  ReaderThread<Maintenance> maintenance_;
};

}  // namespace

ManagementActor spawn_management(caf::actor_system& system, const Management& reads,
                                 WriterActor writer) {
  return system.spawn<Front>(reads, std::move(writer));
}

}  // namespace duroxide::storage
