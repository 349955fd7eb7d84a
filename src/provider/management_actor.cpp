#include <utility>

#include "provider/management.hpp"

namespace duroxide::storage {

namespace {

template <class Read>
auto attempt(const char* operation, const Read& read) {
  return answer_of<decltype(read())>(operation, read);
}

ManagementActor::behavior_type serve(std::shared_ptr<KvStore> store,
                                     std::shared_ptr<WaitingReasons> reasons) {
  auto reads = std::make_shared<Management>(std::move(store), std::move(reasons));
  return {
      [reads](const management::ListInstances& request) {
        return attempt("list_instances", [&] { return reads->list(request.filter); });
      },
      [reads](const management::GetInstanceInfo& request) {
        return attempt("get_instance_info", [&] { return reads->info(request.instance); });
      },
      [reads](const management::ListExecutions& request) {
        return attempt("list_executions", [&] { return reads->executions(request.instance); });
      },
      [reads](const management::ReadExecutionHistory& request) {
        return attempt("read_execution_history",
                       [&] { return reads->history(request.instance, request.execution_id); });
      },
      [reads](const management::GetQueueDepths&) {
        return attempt("get_queue_depths", [&] { return reads->queue_depths(); });
      },
      [reads](const management::ListPendingActivities& request) {
        return attempt("list_pending_activities",
                       [&] { return reads->pending_activities(request.instance); });
      },
      [reads](const management::ListQuarantined&) {
        return attempt("list_quarantined", [&] { return reads->quarantined(); });
      },
  };
}

}  // namespace

ManagementActor spawn_management(caf::actor_system& system, std::shared_ptr<KvStore> store,
                                 std::shared_ptr<WaitingReasons> reasons) {
  return system.spawn(serve, std::move(store), std::move(reasons));
}

}  // namespace duroxide::storage
