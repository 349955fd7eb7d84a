#pragma once

// The members of each structure in JSON: one list for writing and for reading. `needed` members must
// be there; `usual` ones are left out if they have their usual value, which is that of a fresh
// structure.

#include <duroxide/errors.hpp>
#include <duroxide/events.hpp>
#include <duroxide/instance_export.hpp>
#include <duroxide/work_items.hpp>

/// `io` is a JsonWriter or a JsonReader; `x` the structure, constant for a writer.
#define DUROXIDE_JSON(type, ...)                                                             \
  template <class Io>                                                                        \
  void fields([[maybe_unused]] Io& io, [[maybe_unused]] typename Io::template Of<type>& x) { \
    __VA_ARGS__                                                                              \
  }

namespace duroxide {

DUROXIDE_JSON(ParentLink, io.needed("instance", x.instance);
              io.needed("execution_id", x.execution_id); io.needed("event_id", x.event_id);)
DUROXIDE_JSON(CarriedEvent, io.needed("name", x.name); io.needed("data", x.data);)
DUROXIDE_JSON(StoredValue, io.needed("key", x.key); io.needed("value", x.value);
              io.needed("updated_at", x.updated_at); io.needed("version", x.version);)
DUROXIDE_JSON(CarriedState, io.usual("events", x.events); io.usual("messages", x.messages);
              io.usual("custom_status", x.custom_status);
              io.usual("custom_status_version", x.custom_status_version);
              io.usual("values", x.values); io.usual("value_changes", x.value_changes);)
DUROXIDE_JSON(ErrorOrigin, io.needed("kind", x.kind); io.needed("name", x.name);
              io.needed("instance", x.instance); io.needed("execution_id", x.execution_id);
              io.needed("event_id", x.event_id);)
DUROXIDE_JSON(NondeterminismReport, io.needed("event_id", x.event_id);
              io.needed("recorded", x.recorded); io.needed("attempted", x.attempted);
              io.needed("orchestration", x.orchestration); io.needed("version", x.version);)
DUROXIDE_JSON(ErrorDetails, io.needed("category", x.category); io.needed("kind", x.kind);
              io.needed("message", x.message); io.usual("subject", x.subject);
              io.usual("retryable", x.retryable); io.usual("attempts", x.attempts);
              io.usual("max_attempts", x.max_attempts);
              io.usual("nondeterminism", x.nondeterminism); io.usual("chain", x.chain);)
DUROXIDE_JSON(Event, io.needed("event_id", x.event_id);
              io.usual("source_event_id", x.source_event_id); io.needed("timestamp", x.timestamp);
              io.kind(x.kind);)

namespace event {

DUROXIDE_JSON(OrchestrationStarted, io.needed("name", x.name); io.needed("version", x.version);
              io.needed("input", x.input); io.usual("parent", x.parent);
              io.usual("carried", x.carried); io.usual("engine_flags", x.engine_flags);)
DUROXIDE_JSON(OrchestrationCompleted, io.needed("output", x.output);)
DUROXIDE_JSON(OrchestrationFailed, io.needed("details", x.details);)
DUROXIDE_JSON(OrchestrationContinuedAsNew, io.needed("input", x.input);
              io.usual("version", x.version);)
DUROXIDE_JSON(OrchestrationCancelRequested, io.needed("reason", x.reason);)
DUROXIDE_JSON(ActivityScheduled, io.needed("name", x.name); io.needed("input", x.input);
              io.usual("tag", x.tag); io.usual("session", x.session);)
DUROXIDE_JSON(ActivityCompleted, io.needed("result", x.result);)
DUROXIDE_JSON(ActivityFailed, io.needed("details", x.details);)
DUROXIDE_JSON(ActivityCancelRequested, io.needed("reason", x.reason);)
DUROXIDE_JSON(TimerCreated, io.needed("fire_at", x.fire_at);)
DUROXIDE_JSON(TimerFired, io.needed("fire_at", x.fire_at);)
DUROXIDE_JSON(TimerCancelled, io.needed("reason", x.reason);)
DUROXIDE_JSON(ExternalSubscribed, io.needed("name", x.name);)
DUROXIDE_JSON(ExternalEvent, io.needed("name", x.name); io.needed("data", x.data);)
DUROXIDE_JSON(ExternalSubscribedCancelled, io.needed("reason", x.reason);)
DUROXIDE_JSON(SubOrchestrationScheduled, io.needed("name", x.name); io.usual("version", x.version);
              io.needed("instance", x.instance); io.needed("input", x.input);)
DUROXIDE_JSON(SubOrchestrationCompleted, io.needed("result", x.result);)
DUROXIDE_JSON(SubOrchestrationFailed, io.needed("details", x.details);)
DUROXIDE_JSON(SubOrchestrationCancelRequested, io.needed("reason", x.reason);)
DUROXIDE_JSON(OrchestrationChained, io.needed("name", x.name); io.usual("version", x.version);
              io.needed("instance", x.instance); io.needed("input", x.input);)
DUROXIDE_JSON(UtcNowRecorded, io.needed("time", x.time);)
DUROXIDE_JSON(GuidRecorded, io.needed("guid", x.guid);)
DUROXIDE_JSON(QueueSubscribed, io.needed("name", x.name);)
DUROXIDE_JSON(QueueEventDelivered, io.needed("name", x.name); io.needed("data", x.data);)
DUROXIDE_JSON(QueueSubscriptionCancelled, io.needed("reason", x.reason);)
DUROXIDE_JSON(CustomStatusUpdated, io.usual("status", x.status);)
DUROXIDE_JSON(KeyValueSet, io.needed("key", x.key); io.needed("value", x.value);)
DUROXIDE_JSON(KeyValueCleared, io.needed("key", x.key);)
DUROXIDE_JSON(KeyValuesCleared, )
DUROXIDE_JSON(KeyValueReadScheduled, io.needed("instance", x.instance); io.needed("key", x.key);)
DUROXIDE_JSON(KeyValueReadCompleted, io.usual("value", x.value);)
DUROXIDE_JSON(PatchMarked, io.needed("id", x.id);)

}  // namespace event

namespace work {

DUROXIDE_JSON(StartOrchestration, io.needed("instance", x.instance);
              io.needed("orchestration", x.orchestration); io.needed("input", x.input);
              io.usual("version", x.version); io.usual("parent", x.parent);
              io.usual("tags", x.tags);)
DUROXIDE_JSON(ContinueAsNew, io.needed("instance", x.instance);
              io.needed("execution_id", x.execution_id);
              io.needed("orchestration", x.orchestration); io.needed("input", x.input);
              io.usual("version", x.version); io.usual("parent", x.parent);
              io.usual("carried", x.carried);)
DUROXIDE_JSON(ActivityExecute, io.needed("instance", x.instance);
              io.needed("execution_id", x.execution_id); io.needed("id", x.id);
              io.needed("name", x.name); io.needed("input", x.input);
              io.needed("orchestration", x.orchestration); io.needed("version", x.version);
              io.usual("tag", x.tag); io.usual("session", x.session);
              io.usual("incarnation", x.incarnation);)
DUROXIDE_JSON(ActivityCompleted, io.needed("instance", x.instance);
              io.needed("execution_id", x.execution_id); io.needed("id", x.id);
              io.needed("result", x.result);)
DUROXIDE_JSON(ActivityFailed, io.needed("instance", x.instance);
              io.needed("execution_id", x.execution_id); io.needed("id", x.id);
              io.needed("details", x.details);)
DUROXIDE_JSON(TimerFired, io.needed("instance", x.instance);
              io.needed("execution_id", x.execution_id); io.needed("id", x.id);
              io.needed("fire_at", x.fire_at);)
DUROXIDE_JSON(ExternalRaised, io.needed("instance", x.instance); io.needed("name", x.name);
              io.needed("data", x.data);)
DUROXIDE_JSON(SubOrchCompleted, io.needed("instance", x.instance);
              io.needed("execution_id", x.execution_id); io.needed("id", x.id);
              io.needed("result", x.result);)
DUROXIDE_JSON(SubOrchFailed, io.needed("instance", x.instance);
              io.needed("execution_id", x.execution_id); io.needed("id", x.id);
              io.needed("details", x.details);)
DUROXIDE_JSON(CancelInstance, io.needed("instance", x.instance); io.needed("reason", x.reason);
              io.usual("parent", x.parent);)
DUROXIDE_JSON(QueueMessage, io.needed("instance", x.instance); io.needed("name", x.name);
              io.needed("data", x.data);)
DUROXIDE_JSON(ReadKeyValue, io.needed("instance", x.instance); io.needed("key", x.key);
              io.needed("reader", x.reader);)
DUROXIDE_JSON(KeyValueRead, io.needed("instance", x.instance);
              io.needed("execution_id", x.execution_id); io.needed("id", x.id);
              io.usual("value", x.value);)

}  // namespace work

DUROXIDE_JSON(ExportedExecution, io.needed("execution_id", x.execution_id);
              io.needed("version", x.version); io.needed("status", x.status);
              io.needed("started_at", x.started_at); io.usual("ended_at", x.ended_at);
              io.needed("events", x.events);)
DUROXIDE_JSON(InstanceExport, io.needed("instance_id", x.instance_id);
              io.needed("orchestration_name", x.orchestration_name);
              io.needed("created_at", x.created_at); io.needed("updated_at", x.updated_at);
              io.usual("tags", x.tags); io.usual("parent", x.parent);
              io.usual("start_due", x.start_due); io.usual("custom_status", x.custom_status);
              io.usual("custom_status_version", x.custom_status_version);
              io.usual("values", x.values); io.usual("messages", x.messages);
              io.needed("executions", x.executions);)

}  // namespace duroxide

#undef DUROXIDE_JSON
