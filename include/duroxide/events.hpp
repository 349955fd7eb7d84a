#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <duroxide/clock.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/headers.hpp>
#include <duroxide/payload.hpp>

namespace duroxide::DUROXIDE_ABI {

/// Which call of which execution a child belongs to. Carried by the child through every execution
/// of its own, so that its result finds the parent wherever that stands.
struct ParentLink {
  std::string instance;
  std::uint64_t execution_id = 0;
  std::uint64_t event_id = 0;

  bool operator==(const ParentLink&) const = default;
};

/// A raised event, or a queued message, that nobody has waited for yet.
struct CarriedEvent {
  std::string name;
  Payload data;

  bool operator==(const CarriedEvent&) const = default;
};

/// One entry of an instance's key-value state.
struct StoredValue {
  std::string key;
  Payload value;
  Timestamp updated_at;
  /// The number of the change that set it, counted over the whole life of the instance: whoever has
  /// seen `version` can wait for the next.
  std::uint64_t version = 0;

  bool operator==(const StoredValue&) const = default;
};

/// What one execution of an instance hands to the next, beside its input.
struct CarriedState {
  std::vector<CarriedEvent> events = {};    ///< raised, in order of arrival
  std::vector<CarriedEvent> messages = {};  ///< queued, in order of arrival
  std::optional<std::string> custom_status = std::nullopt;
  std::uint64_t custom_status_version = 0;
  std::vector<StoredValue> values = {};  ///< by key
  std::uint64_t value_changes = 0;

  bool operator==(const CarriedState&) const = default;
};

/// How long an activity may take, in milliseconds; 0 for as long as it likes. See `ActivityOptions`.
struct ActivityTimeouts {
  std::uint64_t run_ms = 0;        ///< from the beginning of a delivery to its end
  std::uint64_t heartbeat_ms = 0;  ///< from there, or a heartbeat, to the next
  std::uint64_t start_ms = 0;      ///< from the schedule until it begins to run for the first time

  bool operator==(const ActivityTimeouts&) const = default;
};

/// The kinds of history events. Two sorts stand in one history, in the order in which they
/// happened: what the code decided (*commands*: schedules, cancellations, recorded values) and what
/// came to it (*arrivals*: completions, fired timers, raised events). Replay feeds the arrivals and
/// expects the commands.
namespace event {

/// Always the first event of an execution.
struct OrchestrationStarted {
  std::string name;
  std::string version;
  Payload input;
  std::optional<ParentLink> parent;
  CarriedState carried;
  std::uint64_t engine_flags = 0;  ///< the engine's behaviour that this execution relies on
  Headers headers = {};            ///< the same in all executions of an instance
  bool operator==(const OrchestrationStarted&) const = default;
};
struct OrchestrationCompleted {
  Payload output;
  bool operator==(const OrchestrationCompleted&) const = default;
};
struct OrchestrationFailed {
  ErrorDetails details;
  bool operator==(const OrchestrationFailed&) const = default;
};
struct OrchestrationContinuedAsNew {
  Payload input;
  std::optional<std::string> version;  ///< the version asked for; none means the newest
  bool operator==(const OrchestrationContinuedAsNew&) const = default;
};
struct OrchestrationCancelRequested {
  std::string reason;
  bool timed_out = false;  ///< nobody has asked: the time that it was given at its start is over
  bool operator==(const OrchestrationCancelRequested&) const = default;
};

struct ActivityScheduled {
  std::string name;
  Payload input;
  std::optional<std::string> tag = std::nullopt;      ///< the kind of worker it needs
  std::optional<std::string> session = std::nullopt;  ///< the activities it shares a worker with
  std::optional<ActivityTimeouts> timeouts = std::nullopt;
  /// None: those of the execution. An interceptor may have changed them.
  std::optional<Headers> headers = std::nullopt;
  bool operator==(const ActivityScheduled&) const = default;
};
struct ActivityCompleted {
  Payload result;
  bool operator==(const ActivityCompleted&) const = default;
};
struct ActivityFailed {
  ErrorDetails details;
  bool operator==(const ActivityFailed&) const = default;
};
struct ActivityCancelRequested {
  std::string reason;
  bool operator==(const ActivityCancelRequested&) const = default;
};

struct TimerCreated {
  Timestamp fire_at;
  bool operator==(const TimerCreated&) const = default;
};
struct TimerFired {
  Timestamp fire_at;
  bool operator==(const TimerFired&) const = default;
};
struct TimerCancelled {
  std::string reason;
  bool operator==(const TimerCancelled&) const = default;
};

struct ExternalSubscribed {
  std::string name;
  bool operator==(const ExternalSubscribed&) const = default;
};
struct ExternalEvent {
  std::string name;
  Payload data;
  bool operator==(const ExternalEvent&) const = default;
};
struct ExternalSubscribedCancelled {
  std::string reason;
  bool operator==(const ExternalSubscribedCancelled&) const = default;
};

struct SubOrchestrationScheduled {
  std::string name;
  std::optional<std::string> version;
  std::string instance;  ///< the child's full instance id
  Payload input;
  /// Neither the end of the parent nor a dropped future cancels it.
  bool outlives_parent = false;
  std::optional<Headers> headers = std::nullopt;  ///< as those of `ActivityScheduled`
  bool operator==(const SubOrchestrationScheduled&) const = default;
};
struct SubOrchestrationCompleted {
  Payload result;
  bool operator==(const SubOrchestrationCompleted&) const = default;
};
struct SubOrchestrationFailed {
  ErrorDetails details;
  bool operator==(const SubOrchestrationFailed&) const = default;
};
/// The code no longer waits for it. One that does not outlive its parent is asked to stop.
struct SubOrchestrationCancelRequested {
  std::string reason;
  bool operator==(const SubOrchestrationCancelRequested&) const = default;
};

/// A detached start: no result comes back.
struct OrchestrationChained {
  std::string name;
  std::optional<std::string> version;
  std::string instance;
  Payload input;
  std::optional<Headers> headers = std::nullopt;  ///< as those of `ActivityScheduled`
  bool operator==(const OrchestrationChained&) const = default;
};

struct UtcNowRecorded {
  Timestamp time;
  bool operator==(const UtcNowRecorded&) const = default;
};
struct GuidRecorded {
  std::string guid;
  bool operator==(const GuidRecorded&) const = default;
};

struct QueueSubscribed {
  std::string name;
  bool operator==(const QueueSubscribed&) const = default;
};
struct QueueEventDelivered {
  std::string name;
  Payload data;
  bool operator==(const QueueEventDelivered&) const = default;
};
struct QueueSubscriptionCancelled {
  std::string reason;
  bool operator==(const QueueSubscriptionCancelled&) const = default;
};

struct CustomStatusUpdated {
  std::optional<std::string> status;  ///< none: reset
  bool operator==(const CustomStatusUpdated&) const = default;
};

struct KeyValueSet {
  std::string key;
  Payload value;
  bool operator==(const KeyValueSet&) const = default;
};
struct KeyValueCleared {
  std::string key;
  bool operator==(const KeyValueCleared&) const = default;
};
struct KeyValuesCleared {
  bool operator==(const KeyValuesCleared&) const = default;
};
/// A look at the key-value state of another instance.
struct KeyValueReadScheduled {
  std::string instance;
  std::string key;
  bool operator==(const KeyValueReadScheduled&) const = default;
};
struct KeyValueReadCompleted {
  std::optional<Payload> value;
  bool operator==(const KeyValueReadCompleted&) const = default;
};

/// The execution runs the changed code behind this patch.
struct PatchMarked {
  std::string id;
  bool operator==(const PatchMarked&) const = default;
};

/// A value that the code has made for itself, or the failure to make it.
struct SideEffectRecorded {
  std::string name;
  Payload value;
  std::optional<ErrorDetails> error = std::nullopt;
  bool operator==(const SideEffectRecorded&) const = default;
};

// What the code sends to another instance. Nothing comes back.

struct EventSent {
  std::string instance;
  std::string name;
  Payload data;
  bool operator==(const EventSent&) const = default;
};
struct QueueMessageSent {
  std::string instance;
  std::string name;  ///< of the queue
  Payload data;
  bool operator==(const QueueMessageSent&) const = default;
};
struct CancelSent {
  std::string instance;
  std::string reason;
  bool operator==(const CancelSent&) const = default;
};

/// Somebody asks the execution something, and waits for the answer: it was accepted, or is kept until
/// the code has a handler for it.
struct UpdateReceived {
  std::string id;  ///< the caller's, by which the same update is known again
  std::string name;
  Payload input;
  bool operator==(const UpdateReceived&) const = default;
};
/// What the code has answered. Whatever else its handler decided stands before it.
struct UpdateAnswered {
  std::string id;  ///< of the update
  Payload output;
  std::optional<ErrorDetails> error = std::nullopt;  ///< instead of the output
  /// The validator said no when the code had a handler at last, and the handler was not called.
  bool refused = false;
  bool operator==(const UpdateAnswered&) const = default;
};

// The end of another instance, whoever has started it.

struct InstanceAwaited {
  std::string instance;
  bool operator==(const InstanceAwaited&) const = default;
};
struct AwaitedCompleted {
  Payload output;
  bool operator==(const AwaitedCompleted&) const = default;
};
/// It has failed or was cancelled, or there is none, or no more.
struct AwaitedFailed {
  ErrorDetails details;
  bool operator==(const AwaitedFailed&) const = default;
};
/// The code no longer waits for it. It goes on.
struct InstanceAwaitCancelled {
  std::string reason;
  bool operator==(const InstanceAwaitCancelled&) const = default;
};

}  // namespace event

/// The order of the alternatives is part of the store's format: append, never reorder.
using EventKind = std::variant<
    event::OrchestrationStarted, event::OrchestrationCompleted, event::OrchestrationFailed,
    event::OrchestrationContinuedAsNew, event::OrchestrationCancelRequested,
    event::ActivityScheduled, event::ActivityCompleted, event::ActivityFailed,
    event::ActivityCancelRequested, event::TimerCreated, event::TimerFired, event::TimerCancelled,
    event::ExternalSubscribed, event::ExternalEvent, event::ExternalSubscribedCancelled,
    event::SubOrchestrationScheduled, event::SubOrchestrationCompleted,
    event::SubOrchestrationFailed, event::SubOrchestrationCancelRequested,
    event::OrchestrationChained, event::UtcNowRecorded, event::GuidRecorded, event::QueueSubscribed,
    event::QueueEventDelivered, event::QueueSubscriptionCancelled, event::CustomStatusUpdated,
    event::KeyValueSet, event::KeyValueCleared, event::KeyValuesCleared,
    event::KeyValueReadScheduled, event::KeyValueReadCompleted, event::PatchMarked,
    event::SideEffectRecorded, event::EventSent, event::QueueMessageSent, event::CancelSent,
    event::UpdateReceived, event::UpdateAnswered, event::InstanceAwaited, event::AwaitedCompleted,
    event::AwaitedFailed, event::InstanceAwaitCancelled>;

/// One entry of a history.
struct Event {
  std::uint64_t event_id = 0;         ///< 1, 2, 3 … within an execution
  std::uint64_t source_event_id = 0;  ///< the schedule it answers or cancels; 0 for none
  Timestamp timestamp;                ///< when it was recorded
  EventKind kind;

  bool operator==(const Event&) const = default;
};

/// `ActivityScheduled`, `TimerFired`, …
[[nodiscard]] DUROXIDE_API std::string_view event_type(const EventKind& kind);

/// The type with what identifies it: `ActivityScheduled("Charge")`.
[[nodiscard]] DUROXIDE_API std::string describe(const EventKind& kind);

/// Completed, failed or continued as new: the last event of its execution.
[[nodiscard]] DUROXIDE_API bool is_terminal(const EventKind& kind);

}  // namespace duroxide::DUROXIDE_ABI
