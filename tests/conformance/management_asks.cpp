// What the cases ask of management: a line for each request.

#include "conformance/asks.hpp"

namespace duroxide::conformance {

template Pending<management::GetInstanceInfo::Response> Partner::ask_management(
    const ManagementActor&, management::GetInstanceInfo);
template Pending<management::ListExecutions::Response> Partner::ask_management(
    const ManagementActor&, management::ListExecutions);
template Pending<management::ReadExecutionHistory::Response> Partner::ask_management(
    const ManagementActor&, management::ReadExecutionHistory);
template Pending<management::GetQueueDepths::Response> Partner::ask_management(
    const ManagementActor&, management::GetQueueDepths);
template Pending<management::ListPendingActivities::Response> Partner::ask_management(
    const ManagementActor&, management::ListPendingActivities);
template Pending<management::ListMessages::Response> Partner::ask_management(
    const ManagementActor&, management::ListMessages);
template Pending<management::ListPaused::Response> Partner::ask_management(const ManagementActor&,
                                                                           management::ListPaused);
template Pending<management::ExportInstance::Response> Partner::ask_management(
    const ManagementActor&, management::ExportInstance);
template Pending<management::VerifyStore::Response> Partner::ask_management(
    const ManagementActor&, management::VerifyStore);
template Pending<management::DeleteInstances::Response> Partner::ask_management(
    const ManagementActor&, management::DeleteInstances);
template Pending<management::PruneExecutions::Response> Partner::ask_management(
    const ManagementActor&, management::PruneExecutions);
template Pending<management::Pause::Response> Partner::ask_management(const ManagementActor&,
                                                                      management::Pause);
template Pending<management::DropMessage::Response> Partner::ask_management(
    const ManagementActor&, management::DropMessage);
template Pending<management::TerminateInstance::Response> Partner::ask_management(
    const ManagementActor&, management::TerminateInstance);
template Pending<management::RewindInstance::Response> Partner::ask_management(
    const ManagementActor&, management::RewindInstance);
template Pending<management::ForkInstance::Response> Partner::ask_management(
    const ManagementActor&, management::ForkInstance);
template Pending<management::ImportInstance::Response> Partner::ask_management(
    const ManagementActor&, management::ImportInstance);

}  // namespace duroxide::conformance
