#include "model/samples.hpp"

namespace duroxide::model::test {

namespace {

const Timestamp time_1 = from_milliseconds(1'700'000'000'123);
const ParentLink parent{"parent", 2, 9};
const CarriedState carried{
    {{"E", "data"}}, {{"Q", "message"}}, "half way", 3, {{"key", "value", time_1, 5}}, 6};

}  // namespace

ErrorDetails full_error() {
  ErrorDetails details;
  details.category = ErrorCategory::configuration;
  details.kind = ErrorKind::nondeterminism;
  details.message = "message";
  details.subject = "subject";
  details.retryable = true;
  details.attempts = 11;
  details.max_attempts = 10;
  details.nondeterminism = NondeterminismReport{4, "recorded", "attempted", "Orders", "1.2.3"};
  details.chain = {{ErrorOrigin::Kind::activity, "Charge", "i", 3, 4},
                   {ErrorOrigin::Kind::orchestration, "Orders", "i", 3, 0}};
  details.do_not_retry = true;
  details.data = ErrorData{"Declined", "data"};
  return details;
}

std::vector<std::pair<std::string, Event>> sample_events() {
  const std::vector<EventKind> kinds = {
      event::OrchestrationStarted{"Orders", "1.2.3", "in", parent, carried, 1},
      event::OrchestrationCompleted{"out"},
      event::OrchestrationFailed{full_error()},
      event::OrchestrationContinuedAsNew{"in", "2.0.0"},
      event::OrchestrationCancelRequested{"reason", true},
      event::ActivityScheduled{"Charge", "in", "gpu", "session-1", ActivityTimeouts{1, 2, 3}},
      event::ActivityCompleted{"out"},
      event::ActivityFailed{full_error()},
      event::ActivityCancelRequested{"reason"},
      event::TimerCreated{time_1},
      event::TimerFired{time_1},
      event::TimerCancelled{"reason"},
      event::ExternalSubscribed{"E"},
      event::ExternalEvent{"E", "data"},
      event::ExternalSubscribedCancelled{"reason"},
      event::SubOrchestrationScheduled{"Child", "1.0.0", "child-1", "in", true},
      event::SubOrchestrationCompleted{"out"},
      event::SubOrchestrationFailed{full_error()},
      event::SubOrchestrationCancelRequested{"reason"},
      event::OrchestrationChained{"Other", std::nullopt, "other-1", "in"},
      event::UtcNowRecorded{time_1},
      event::GuidRecorded{"f47ac10b-58cc-4372-a567-0e02b2c3d479"},
      event::QueueSubscribed{"Q"},
      event::QueueEventDelivered{"Q", "data"},
      event::QueueSubscriptionCancelled{"reason"},
      event::CustomStatusUpdated{"half way"},
      event::KeyValueSet{"key", "value"},
      event::KeyValueCleared{"key"},
      event::KeyValuesCleared{},
      event::KeyValueReadScheduled{"other", "key"},
      event::KeyValueReadCompleted{"value"},
      event::PatchMarked{"patch-1"},
      event::SideEffectRecorded{"dice", "4", full_error()},
      event::EventSent{"other", "E", "data"},
      event::QueueMessageSent{"other", "Q", "data"},
      event::CancelSent{"other", "reason"},
      event::UpdateReceived{"update-1", "AddItem", "in"},
      event::UpdateAnswered{"update-1", "out", full_error(), true},
      event::InstanceAwaited{"other"},
      event::AwaitedCompleted{"out"},
      event::AwaitedFailed{full_error()},
      event::InstanceAwaitCancelled{"reason"},
  };
  std::vector<std::pair<std::string, Event>> samples;
  for (const EventKind& kind : kinds) {
    samples.emplace_back(std::string("event.") + std::string(event_type(kind)),
                         Event{samples.size() + 1, samples.size(), time_1, kind});
  }
  return samples;
}

std::vector<std::pair<std::string, WorkItem>> sample_work_items() {
  return {
      {"work.StartOrchestration",
       work::StartOrchestration{"i", "Orders", "in", "1.2.3", parent, {"red", "blue"}, 7}},
      {"work.ContinueAsNew",
       work::ContinueAsNew{"i", 3, "Orders", "in", std::nullopt, parent, carried}},
      {"work.ActivityExecute",
       work::ActivityExecute{"i", 3, 4, "Charge", "in", "Orders", "1.2.3", "gpu", "session-1", 5,
                             ActivityTimeouts{1, 2, 3}, time_1}},
      {"work.ActivityCompleted", work::ActivityCompleted{"i", 3, 4, "out"}},
      {"work.ActivityFailed", work::ActivityFailed{"i", 3, 4, full_error()}},
      {"work.TimerFired", work::TimerFired{"i", 3, 4, time_1}},
      {"work.ExternalRaised", work::ExternalRaised{"i", "E", "data"}},
      {"work.SubOrchCompleted", work::SubOrchCompleted{"i", 3, 4, "out"}},
      {"work.SubOrchFailed", work::SubOrchFailed{"i", 3, 4, full_error()}},
      {"work.CancelInstance", work::CancelInstance{"i", "reason", parent, true}},
      {"work.QueueMessage", work::QueueMessage{"i", "Q", "data"}},
      {"work.ReadKeyValue", work::ReadKeyValue{"i", "key", parent}},
      {"work.KeyValueRead", work::KeyValueRead{"i", 3, 4, "value"}},
      {"work.UpdateRequest", work::UpdateRequest{"i", "update-1", "AddItem", "in"}},
      {"work.AwaitInstance", work::AwaitInstance{"i", parent, true}},
      {"work.AwaitedCompleted", work::AwaitedCompleted{"i", 3, 4, "out"}},
      {"work.AwaitedFailed", work::AwaitedFailed{"i", 3, 4, full_error()}},
  };
}

}  // namespace duroxide::model::test
