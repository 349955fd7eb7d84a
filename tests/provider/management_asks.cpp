// What only tests of our own stores ask: a line for each request.

#include "conformance/asks.hpp"
#include "provider/provider_actor.hpp"
#include "provider/world.hpp"

namespace duroxide::conformance {

template Pending<management::ListInstances::Response> Partner::ask_management(
    const ManagementActor&, management::ListInstances);
template Pending<management::ListPage::Response> Partner::ask_management(const ManagementActor&,
                                                                         management::ListPage);
template Pending<management::CountInstances::Response> Partner::ask_management(
    const ManagementActor&, management::CountInstances);
template Pending<management::GetInstanceCounts::Response> Partner::ask_management(
    const ManagementActor&, management::GetInstanceCounts);
template Pending<management::GetInstanceDetails::Response> Partner::ask_management(
    const ManagementActor&, management::GetInstanceDetails);
template Pending<management::GetExecutionInfo::Response> Partner::ask_management(
    const ManagementActor&, management::GetExecutionInfo);
template Pending<management::GetSystemMetrics::Response> Partner::ask_management(
    const ManagementActor&, management::GetSystemMetrics);
template Pending<management::GetMetricFamilies::Response> Partner::ask_management(
    const ManagementActor&, management::GetMetricFamilies);
template Pending<management::GetSystemHealth::Response> Partner::ask_management(
    const ManagementActor&, management::GetSystemHealth);
template Pending<management::ListQuarantined::Response> Partner::ask_management(
    const ManagementActor&, management::ListQuarantined);
template Pending<management::ListStuck::Response> Partner::ask_management(const ManagementActor&,
                                                                          management::ListStuck);
template Pending<management::GetInstanceTree::Response> Partner::ask_management(
    const ManagementActor&, management::GetInstanceTree);
template Pending<management::BackupStore::Response> Partner::ask_management(
    const ManagementActor&, management::BackupStore);
template Pending<management::DeleteTrees::Response> Partner::ask_management(
    const ManagementActor&, management::DeleteTrees);
template Pending<management::PruneInstances::Response> Partner::ask_management(
    const ManagementActor&, management::PruneInstances);
template Pending<management::SubscribeChanges::Response> Partner::ask_management(
    const ManagementActor&, management::SubscribeChanges);
template Pending<management::AwaitChanges::Response> Partner::ask_management(
    const ManagementActor&, management::AwaitChanges);
template Pending<management::UnsubscribeChanges::Response> Partner::ask_management(
    const ManagementActor&, management::UnsubscribeChanges);

}  // namespace duroxide::conformance

namespace duroxide::testing {

template <class Response, class Request>
Pending<Response> ask_writer(World& world, Request request) {
  return world.client->ask_actor<Response>(
      caf::actor_cast<storage::WriterActor>(provider_of(*world.store)), std::move(request));
}

template Pending<management::DeleteInstances::Response> ask_writer(World&,
                                                                   management::DeleteInstances);
template Pending<management::RewindInstance::Response> ask_writer(World&,
                                                                  management::RewindInstance);

}  // namespace duroxide::testing
