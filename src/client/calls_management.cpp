// What is asked of the management of a store: a line for each request, as in `management::Requests`.

#include "client/calls.hpp"

namespace duroxide::client {

using namespace management;

template void Companion::ask(ListInstances, OnAnswerOf<ListInstances>) const;
template void Companion::ask(ListPage, OnAnswerOf<ListPage>) const;
template void Companion::ask(CountInstances, OnAnswerOf<CountInstances>) const;
template void Companion::ask(GetInstanceCounts, OnAnswerOf<GetInstanceCounts>) const;
template void Companion::ask(GetInstanceInfo, OnAnswerOf<GetInstanceInfo>) const;
template void Companion::ask(GetInstanceDetails, OnAnswerOf<GetInstanceDetails>) const;
template void Companion::ask(ListExecutions, OnAnswerOf<ListExecutions>) const;
template void Companion::ask(GetExecutionInfo, OnAnswerOf<GetExecutionInfo>) const;
template void Companion::ask(ReadExecutionHistory, OnAnswerOf<ReadExecutionHistory>) const;
template void Companion::ask(GetQueueDepths, OnAnswerOf<GetQueueDepths>) const;
template void Companion::ask(GetSystemMetrics, OnAnswerOf<GetSystemMetrics>) const;
template void Companion::ask(GetMetricFamilies, OnAnswerOf<GetMetricFamilies>) const;
template void Companion::ask(GetSystemHealth, OnAnswerOf<GetSystemHealth>) const;
template void Companion::ask(ListPendingActivities, OnAnswerOf<ListPendingActivities>) const;
template void Companion::ask(ListMessages, OnAnswerOf<ListMessages>) const;
template void Companion::ask(ListQuarantined, OnAnswerOf<ListQuarantined>) const;
template void Companion::ask(ListStuck, OnAnswerOf<ListStuck>) const;
template void Companion::ask(ListPaused, OnAnswerOf<ListPaused>) const;
template void Companion::ask(GetInstanceTree, OnAnswerOf<GetInstanceTree>) const;
template void Companion::ask(ExportInstance, OnAnswerOf<ExportInstance>) const;
template void Companion::ask(VerifyStore, OnAnswerOf<VerifyStore>) const;
template void Companion::ask(BackupStore, OnAnswerOf<BackupStore>) const;
template void Companion::ask(DeleteInstances, OnAnswerOf<DeleteInstances>) const;
template void Companion::ask(DeleteTrees, OnAnswerOf<DeleteTrees>) const;
template void Companion::ask(PruneExecutions, OnAnswerOf<PruneExecutions>) const;
template void Companion::ask(PruneInstances, OnAnswerOf<PruneInstances>) const;
template void Companion::ask(Pause, OnAnswerOf<Pause>) const;
template void Companion::ask(TerminateInstance, OnAnswerOf<TerminateInstance>) const;
template void Companion::ask(DropMessage, OnAnswerOf<DropMessage>) const;
template void Companion::ask(RewindInstance, OnAnswerOf<RewindInstance>) const;
template void Companion::ask(ForkInstance, OnAnswerOf<ForkInstance>) const;
template void Companion::ask(ImportInstance, OnAnswerOf<ImportInstance>) const;
template void Companion::ask(SubscribeChanges, OnAnswerOf<SubscribeChanges>) const;
template void Companion::ask(AwaitChanges, OnAnswerOf<AwaitChanges>) const;
template void Companion::ask(UnsubscribeChanges, OnAnswerOf<UnsubscribeChanges>) const;

}  // namespace duroxide::client
