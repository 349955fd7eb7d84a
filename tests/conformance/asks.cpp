// What tests ask of the provider: a line for each request.

#include "conformance/asks.hpp"

namespace duroxide::conformance {

using namespace provider;

template <class Response, class Request>
Pending<Response> Partner::ask(Request request) {
  return ask_actor<Response>(provider_, std::move(request));
}

template Pending<Answer<Items>> Partner::ask(FetchOrchestrationItem);
template Pending<Done> Partner::ask(AckOrchestrationItem);
template Pending<Done> Partner::ask(AbandonOrchestrationItem);
template Pending<Answer<std::vector<Event>>> Partner::ask(Read);
template Pending<Answer<WorkItems>> Partner::ask(DequeueWorkerPeekLock);
template Pending<Done> Partner::ask(AckWorker);
template Pending<Done> Partner::ask(EnqueueOrchestratorWork);
template Pending<bool> Partner::ask(SupportsDelayedVisibility);
template Pending<Done> Partner::ask(EnqueueTimerWork);
template Pending<Answer<DueTimers>> Partner::ask(DequeueTimerPeekLock);
template Pending<Done> Partner::ask(AckTimer);
template Pending<Done> Partner::ask(AbandonWorker);
template Pending<Done> Partner::ask(ReleaseHolder);
template Pending<Answer<OrchestrationStatus>> Partner::ask(GetStatus);
template Pending<Answer<OrchestrationStatus>> Partner::ask(WaitForStatus);
template Pending<Answer<std::optional<StoredValue>>> Partner::ask(GetValue);
template Pending<Answer<std::vector<StoredValue>>> Partner::ask(GetValues);
template Pending<Answer<std::optional<StoredValue>>> Partner::ask(WaitForValue);
template Pending<Answer<std::uint64_t>> Partner::ask(ReleaseFromQuarantine);
template Pending<Answer<std::vector<LockToken>>> Partner::ask(AwaitCancelledWork);
template Pending<Done> Partner::ask(Heartbeat);
template Pending<Done> Partner::ask(CompleteActivity);
template Pending<Answer<StartedOrFound>> Partner::ask(StartOrFind);
template Pending<Answer<std::optional<UpdateAnswer>>> Partner::ask(AskUpdate);
template Pending<Answer<std::optional<UpdateAnswer>>> Partner::ask(AskQuery);
template Pending<Answer<StartedOrFound>> Partner::ask(StartAndRaise);
template Pending<Answer<StartedAndAnswered>> Partner::ask(StartAndAsk);
template Pending<Answer<OrchestrationStatus>> Partner::ask(WaitForStart);

}  // namespace duroxide::conformance
