// What tests ask of management: a line for each request.

#include "provider/asks.hpp"
#include "provider/provider_actor.hpp"

namespace duroxide::testing {

using namespace management;

template <class Response, class Request>
Pending<Response> Partner::ask_management(const ManagementActor& management, Request request) {
  return ask_actor<Response>(management, std::move(request));
}

template <class Response, class Request>
Pending<Response> Partner::ask_writer(Request request) {
  return ask_actor<Response>(caf::actor_cast<storage::WriterActor>(provider_), std::move(request));
}

template Pending<DeleteInstances::Response> Partner::ask_writer(DeleteInstances);
template Pending<RewindInstance::Response> Partner::ask_writer(RewindInstance);

template Pending<ListInstances::Response> Partner::ask_management(const ManagementActor&,
                                                                  ListInstances);
template Pending<ListPage::Response> Partner::ask_management(const ManagementActor&, ListPage);
template Pending<CountInstances::Response> Partner::ask_management(const ManagementActor&,
                                                                   CountInstances);
template Pending<GetInstanceCounts::Response> Partner::ask_management(const ManagementActor&,
                                                                      GetInstanceCounts);
template Pending<GetInstanceInfo::Response> Partner::ask_management(const ManagementActor&,
                                                                    GetInstanceInfo);
template Pending<GetInstanceDetails::Response> Partner::ask_management(const ManagementActor&,
                                                                       GetInstanceDetails);
template Pending<ListExecutions::Response> Partner::ask_management(const ManagementActor&,
                                                                   ListExecutions);
template Pending<GetExecutionInfo::Response> Partner::ask_management(const ManagementActor&,
                                                                     GetExecutionInfo);
template Pending<ReadExecutionHistory::Response> Partner::ask_management(const ManagementActor&,
                                                                         ReadExecutionHistory);
template Pending<GetQueueDepths::Response> Partner::ask_management(const ManagementActor&,
                                                                   GetQueueDepths);
template Pending<GetSystemMetrics::Response> Partner::ask_management(const ManagementActor&,
                                                                     GetSystemMetrics);
template Pending<GetMetricFamilies::Response> Partner::ask_management(const ManagementActor&,
                                                                      GetMetricFamilies);
template Pending<GetSystemHealth::Response> Partner::ask_management(const ManagementActor&,
                                                                    GetSystemHealth);
template Pending<ListPendingActivities::Response> Partner::ask_management(const ManagementActor&,
                                                                          ListPendingActivities);
template Pending<ListMessages::Response> Partner::ask_management(const ManagementActor&,
                                                                 ListMessages);
template Pending<ListQuarantined::Response> Partner::ask_management(const ManagementActor&,
                                                                    ListQuarantined);
template Pending<ListStuck::Response> Partner::ask_management(const ManagementActor&, ListStuck);
template Pending<ListPaused::Response> Partner::ask_management(const ManagementActor&, ListPaused);
template Pending<GetInstanceTree::Response> Partner::ask_management(const ManagementActor&,
                                                                    GetInstanceTree);
template Pending<ExportInstance::Response> Partner::ask_management(const ManagementActor&,
                                                                   ExportInstance);
template Pending<VerifyStore::Response> Partner::ask_management(const ManagementActor&,
                                                                VerifyStore);
template Pending<BackupStore::Response> Partner::ask_management(const ManagementActor&,
                                                                BackupStore);
template Pending<DeleteInstances::Response> Partner::ask_management(const ManagementActor&,
                                                                    DeleteInstances);
template Pending<DeleteTrees::Response> Partner::ask_management(const ManagementActor&,
                                                                DeleteTrees);
template Pending<PruneExecutions::Response> Partner::ask_management(const ManagementActor&,
                                                                    PruneExecutions);
template Pending<PruneInstances::Response> Partner::ask_management(const ManagementActor&,
                                                                   PruneInstances);
template Pending<Pause::Response> Partner::ask_management(const ManagementActor&, Pause);
template Pending<TerminateInstance::Response> Partner::ask_management(const ManagementActor&,
                                                                      TerminateInstance);
template Pending<DropMessage::Response> Partner::ask_management(const ManagementActor&,
                                                                DropMessage);
template Pending<RewindInstance::Response> Partner::ask_management(const ManagementActor&,
                                                                   RewindInstance);
template Pending<ForkInstance::Response> Partner::ask_management(const ManagementActor&,
                                                                 ForkInstance);
template Pending<ImportInstance::Response> Partner::ask_management(const ManagementActor&,
                                                                   ImportInstance);
template Pending<SubscribeChanges::Response> Partner::ask_management(const ManagementActor&,
                                                                     SubscribeChanges);
template Pending<AwaitChanges::Response> Partner::ask_management(const ManagementActor&,
                                                                 AwaitChanges);
template Pending<UnsubscribeChanges::Response> Partner::ask_management(const ManagementActor&,
                                                                       UnsubscribeChanges);

}  // namespace duroxide::testing
