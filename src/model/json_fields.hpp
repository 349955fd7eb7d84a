#pragma once

// The members of each structure in JSON: one list for writing and for reading. `needed` members must
// be there; `usual` ones are left out if they have their usual value, which is that of a fresh
// structure. Those of events and messages stand in their tables.

#include <type_traits>

#include <duroxide/errors.hpp>
#include <duroxide/events.hpp>
#include <duroxide/instance_export.hpp>
#include <duroxide/work_items.hpp>

#include "model/event_table.hpp"
#include "model/message_table.hpp"

/// `io` is a JsonWriter or a JsonReader; `x` the structure, constant for a writer.
#define DUROXIDE_JSON(type, ...)                                                             \
  template <class Io>                                                                        \
  void fields([[maybe_unused]] Io& io, [[maybe_unused]] typename Io::template Of<type>& x) { \
    __VA_ARGS__                                                                              \
  }

namespace duroxide::DUROXIDE_ABI {

DUROXIDE_JSON(ParentLink, io.needed("instance", x.instance);
              io.needed("execution_id", x.execution_id); io.needed("event_id", x.event_id);)
DUROXIDE_JSON(ActivityTimeouts, io.usual("run_ms", x.run_ms);
              io.usual("heartbeat_ms", x.heartbeat_ms); io.usual("start_ms", x.start_ms);)
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
DUROXIDE_JSON(ErrorData, io.needed("type", x.type); io.needed("payload", x.payload);)
DUROXIDE_JSON(ErrorDetails, io.needed("category", x.category); io.needed("kind", x.kind);
              io.needed("message", x.message); io.usual("subject", x.subject);
              io.usual("retryable", x.retryable); io.usual("attempts", x.attempts);
              io.usual("max_attempts", x.max_attempts);
              io.usual("nondeterminism", x.nondeterminism); io.usual("chain", x.chain);
              io.usual("do_not_retry", x.do_not_retry); io.usual("data", x.data);)
DUROXIDE_JSON(Event, io.needed("event_id", x.event_id);
              io.usual("source_event_id", x.source_event_id); io.needed("timestamp", x.timestamp);
              io.kind(x.kind);)

namespace event {

template <class Io, class Kind>
requires model::HasEntry<std::remove_const_t<Kind>>
void fields(Io& io, Kind& x) {
  model::KindOf<std::remove_const_t<Kind>>::fields(io, x);
}

}  // namespace event

namespace work {

template <class Io, class Message>
requires model::HasMessageEntry<std::remove_const_t<Message>>
void fields(Io& io, Message& x) {
  model::MessageOf<std::remove_const_t<Message>>::fields(io, x);
}

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

}  // namespace duroxide::DUROXIDE_ABI

#undef DUROXIDE_JSON
