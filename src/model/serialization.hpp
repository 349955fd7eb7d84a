#pragma once

// How each structure of the model is laid out in an archive. The version of a structure is raised
// when a field is added (read it only if `version` is high enough); fields are never removed or
// reordered.

#include <cereal/cereal.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/variant.hpp>
#include <cereal/types/vector.hpp>

#include <duroxide/events.hpp>
#include <duroxide/work_items.hpp>

namespace cereal {

template <class Archive>
void save(Archive& archive, const duroxide::Timestamp& time) {
  archive(duroxide::to_milliseconds(time));
}
template <class Archive>
void load(Archive& archive, duroxide::Timestamp& time) {
  std::int64_t milliseconds = 0;
  archive(milliseconds);
  time = duroxide::from_milliseconds(milliseconds);
}

}  // namespace cereal

/// Declares the layout, as version 1: `DUROXIDE_LAYOUT(event::TimerFired, x.fire_at)`.
#define DUROXIDE_LAYOUT(type, ...)                                             \
  template <class Archive>                                                     \
  void serialize(Archive& archive, type& x, std::uint32_t const /*version*/) { \
    archive(__VA_ARGS__);                                                      \
  }

namespace duroxide {

DUROXIDE_LAYOUT(ParentLink, x.instance, x.execution_id, x.event_id)
DUROXIDE_LAYOUT(CarriedEvent, x.name, x.data)
DUROXIDE_LAYOUT(StoredValue, x.key, x.value, x.updated_at, x.version)
DUROXIDE_LAYOUT(CarriedState, x.events, x.messages, x.custom_status, x.custom_status_version,
                x.values, x.value_changes)
DUROXIDE_LAYOUT(ErrorOrigin, x.kind, x.name, x.instance, x.execution_id, x.event_id)
DUROXIDE_LAYOUT(NondeterminismReport, x.event_id, x.recorded, x.attempted, x.orchestration,
                x.version)
DUROXIDE_LAYOUT(ErrorDetails, x.category, x.kind, x.message, x.subject, x.retryable, x.attempts,
                x.max_attempts, x.nondeterminism, x.chain)
DUROXIDE_LAYOUT(Event, x.event_id, x.source_event_id, x.timestamp, x.kind)

namespace event {

DUROXIDE_LAYOUT(OrchestrationStarted, x.name, x.version, x.input, x.parent, x.carried,
                x.engine_flags)
DUROXIDE_LAYOUT(OrchestrationCompleted, x.output)
DUROXIDE_LAYOUT(OrchestrationFailed, x.details)
DUROXIDE_LAYOUT(OrchestrationContinuedAsNew, x.input, x.version)
DUROXIDE_LAYOUT(OrchestrationCancelRequested, x.reason)
DUROXIDE_LAYOUT(ActivityScheduled, x.name, x.input, x.tag, x.session)
DUROXIDE_LAYOUT(ActivityCompleted, x.result)
DUROXIDE_LAYOUT(ActivityFailed, x.details)
DUROXIDE_LAYOUT(ActivityCancelRequested, x.reason)
DUROXIDE_LAYOUT(TimerCreated, x.fire_at)
DUROXIDE_LAYOUT(TimerFired, x.fire_at)
DUROXIDE_LAYOUT(TimerCancelled, x.reason)
DUROXIDE_LAYOUT(ExternalSubscribed, x.name)
DUROXIDE_LAYOUT(ExternalEvent, x.name, x.data)
DUROXIDE_LAYOUT(ExternalSubscribedCancelled, x.reason)
DUROXIDE_LAYOUT(SubOrchestrationScheduled, x.name, x.version, x.instance, x.input)
DUROXIDE_LAYOUT(SubOrchestrationCompleted, x.result)
DUROXIDE_LAYOUT(SubOrchestrationFailed, x.details)
DUROXIDE_LAYOUT(SubOrchestrationCancelRequested, x.reason)
DUROXIDE_LAYOUT(OrchestrationChained, x.name, x.version, x.instance, x.input)
DUROXIDE_LAYOUT(UtcNowRecorded, x.time)
DUROXIDE_LAYOUT(GuidRecorded, x.guid)
DUROXIDE_LAYOUT(QueueSubscribed, x.name)
DUROXIDE_LAYOUT(QueueEventDelivered, x.name, x.data)
DUROXIDE_LAYOUT(QueueSubscriptionCancelled, x.reason)
DUROXIDE_LAYOUT(CustomStatusUpdated, x.status)
DUROXIDE_LAYOUT(KeyValueSet, x.key, x.value)
DUROXIDE_LAYOUT(KeyValueCleared, x.key)
template <class Archive>
void serialize(Archive& /*archive*/, KeyValuesCleared& /*x*/, std::uint32_t const /*version*/) {}
DUROXIDE_LAYOUT(KeyValueReadScheduled, x.instance, x.key)
DUROXIDE_LAYOUT(KeyValueReadCompleted, x.value)
DUROXIDE_LAYOUT(PatchMarked, x.id)

}  // namespace event

namespace work {

DUROXIDE_LAYOUT(StartOrchestration, x.instance, x.orchestration, x.input, x.version, x.parent,
                x.tags)
DUROXIDE_LAYOUT(ContinueAsNew, x.instance, x.execution_id, x.orchestration, x.input, x.version,
                x.parent, x.carried)
/// Version 2 has the incarnation.
template <class Archive>
void serialize(Archive& archive, ActivityExecute& x, std::uint32_t const version) {
  archive(x.instance, x.execution_id, x.id, x.name, x.input, x.orchestration, x.version, x.tag,
          x.session);
  if (version >= 2) {
    archive(x.incarnation);
  }
}
DUROXIDE_LAYOUT(ActivityCompleted, x.instance, x.execution_id, x.id, x.result)
DUROXIDE_LAYOUT(ActivityFailed, x.instance, x.execution_id, x.id, x.details)
DUROXIDE_LAYOUT(TimerFired, x.instance, x.execution_id, x.id, x.fire_at)
DUROXIDE_LAYOUT(ExternalRaised, x.instance, x.name, x.data)
DUROXIDE_LAYOUT(SubOrchCompleted, x.instance, x.execution_id, x.id, x.result)
DUROXIDE_LAYOUT(SubOrchFailed, x.instance, x.execution_id, x.id, x.details)
DUROXIDE_LAYOUT(CancelInstance, x.instance, x.reason, x.parent)
DUROXIDE_LAYOUT(QueueMessage, x.instance, x.name, x.data)
DUROXIDE_LAYOUT(ReadKeyValue, x.instance, x.key, x.reader)
DUROXIDE_LAYOUT(KeyValueRead, x.instance, x.execution_id, x.id, x.value)

}  // namespace work

}  // namespace duroxide

CEREAL_CLASS_VERSION(duroxide::ParentLink, 1)
CEREAL_CLASS_VERSION(duroxide::CarriedEvent, 1)
CEREAL_CLASS_VERSION(duroxide::StoredValue, 1)
CEREAL_CLASS_VERSION(duroxide::CarriedState, 1)
CEREAL_CLASS_VERSION(duroxide::ErrorOrigin, 1)
CEREAL_CLASS_VERSION(duroxide::NondeterminismReport, 1)
CEREAL_CLASS_VERSION(duroxide::ErrorDetails, 1)
CEREAL_CLASS_VERSION(duroxide::Event, 1)
CEREAL_CLASS_VERSION(duroxide::event::OrchestrationStarted, 1)
CEREAL_CLASS_VERSION(duroxide::event::OrchestrationCompleted, 1)
CEREAL_CLASS_VERSION(duroxide::event::OrchestrationFailed, 1)
CEREAL_CLASS_VERSION(duroxide::event::OrchestrationContinuedAsNew, 1)
CEREAL_CLASS_VERSION(duroxide::event::OrchestrationCancelRequested, 1)
CEREAL_CLASS_VERSION(duroxide::event::ActivityScheduled, 1)
CEREAL_CLASS_VERSION(duroxide::event::ActivityCompleted, 1)
CEREAL_CLASS_VERSION(duroxide::event::ActivityFailed, 1)
CEREAL_CLASS_VERSION(duroxide::event::ActivityCancelRequested, 1)
CEREAL_CLASS_VERSION(duroxide::event::TimerCreated, 1)
CEREAL_CLASS_VERSION(duroxide::event::TimerFired, 1)
CEREAL_CLASS_VERSION(duroxide::event::TimerCancelled, 1)
CEREAL_CLASS_VERSION(duroxide::event::ExternalSubscribed, 1)
CEREAL_CLASS_VERSION(duroxide::event::ExternalEvent, 1)
CEREAL_CLASS_VERSION(duroxide::event::ExternalSubscribedCancelled, 1)
CEREAL_CLASS_VERSION(duroxide::event::SubOrchestrationScheduled, 1)
CEREAL_CLASS_VERSION(duroxide::event::SubOrchestrationCompleted, 1)
CEREAL_CLASS_VERSION(duroxide::event::SubOrchestrationFailed, 1)
CEREAL_CLASS_VERSION(duroxide::event::SubOrchestrationCancelRequested, 1)
CEREAL_CLASS_VERSION(duroxide::event::OrchestrationChained, 1)
CEREAL_CLASS_VERSION(duroxide::event::UtcNowRecorded, 1)
CEREAL_CLASS_VERSION(duroxide::event::GuidRecorded, 1)
CEREAL_CLASS_VERSION(duroxide::event::QueueSubscribed, 1)
CEREAL_CLASS_VERSION(duroxide::event::QueueEventDelivered, 1)
CEREAL_CLASS_VERSION(duroxide::event::QueueSubscriptionCancelled, 1)
CEREAL_CLASS_VERSION(duroxide::event::CustomStatusUpdated, 1)
CEREAL_CLASS_VERSION(duroxide::event::KeyValueSet, 1)
CEREAL_CLASS_VERSION(duroxide::event::KeyValueCleared, 1)
CEREAL_CLASS_VERSION(duroxide::event::KeyValuesCleared, 1)
CEREAL_CLASS_VERSION(duroxide::event::KeyValueReadScheduled, 1)
CEREAL_CLASS_VERSION(duroxide::event::KeyValueReadCompleted, 1)
CEREAL_CLASS_VERSION(duroxide::event::PatchMarked, 1)
CEREAL_CLASS_VERSION(duroxide::work::StartOrchestration, 1)
CEREAL_CLASS_VERSION(duroxide::work::ContinueAsNew, 1)
CEREAL_CLASS_VERSION(duroxide::work::ActivityExecute, 2)
CEREAL_CLASS_VERSION(duroxide::work::ActivityCompleted, 1)
CEREAL_CLASS_VERSION(duroxide::work::ActivityFailed, 1)
CEREAL_CLASS_VERSION(duroxide::work::TimerFired, 1)
CEREAL_CLASS_VERSION(duroxide::work::ExternalRaised, 1)
CEREAL_CLASS_VERSION(duroxide::work::SubOrchCompleted, 1)
CEREAL_CLASS_VERSION(duroxide::work::SubOrchFailed, 1)
CEREAL_CLASS_VERSION(duroxide::work::CancelInstance, 1)
CEREAL_CLASS_VERSION(duroxide::work::QueueMessage, 1)
CEREAL_CLASS_VERSION(duroxide::work::ReadKeyValue, 1)
CEREAL_CLASS_VERSION(duroxide::work::KeyValueRead, 1)
