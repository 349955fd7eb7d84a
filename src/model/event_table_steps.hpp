#pragma once

// The entries of what the code can await, and of what comes of it. See event_table.hpp.

#include "model/event_roles.hpp"
#include "model/limits.hpp"

namespace duroxide::model {

// --- activities ---

template <>
struct KindOf<event::ActivityScheduled> : Schedules {
  static constexpr std::string_view name = "ActivityScheduled";
  static constexpr std::uint32_t layout_version = 3;
  static constexpr std::uint32_t plain_layout_version = 2;
  static constexpr Match match = Match::whole;
  static constexpr StepWords words{"an activity", "the result of the activity "};
  using Failure = ActivityFailed;
  static void fields(auto& io, auto& x) {
    io.needed("name", x.name);
    io.needed("input", x.input);
    io.usual("tag", x.tag);
    io.usual("session", x.session);
    if (holds(io, 2)) {
      io.usual("timeouts", x.timeouts);
    }
    if (holds(io, 3)) {
      io.usual("headers", x.headers);
    }
  }
  /// Other timeouts or headers are not another decision.
  static bool is_same(const event::ActivityScheduled& a, const event::ActivityScheduled& b) {
    return a.name == b.name && a.input == b.input && a.tag == b.tag && a.session == b.session;
  }
  static std::string identity(const event::ActivityScheduled& x) { return in_quotes(x.name); }
  static std::string label(const event::ActivityScheduled& x) { return x.name; }
  static std::string waiting(const event::ActivityScheduled& x) {
    return "activity " + in_ticks(x.name);
  }
  static Checked check(const event::ActivityScheduled& x) {
    return check_name("activity name", x.name);
  }
  static work::ActivityExecute ask(const Caller& by, std::uint64_t id,
                                   const event::ActivityScheduled& x) {
    return {std::string(by.instance),
            by.execution_id,
            id,
            x.name,
            x.input,
            std::string(by.orchestration),
            std::string(by.version),
            x.tag,
            x.session,
            0,
            x.timeouts,
            std::nullopt,
            headers_of(by, x.headers)};
  }
};

template <>
struct KindOf<event::ActivityCompleted>
    : Answers<event::ActivityScheduled, &event::ActivityCompleted::result,
              &work::ActivityCompleted::result> {
  static constexpr std::string_view name = "ActivityCompleted";
  static void fields(auto& io, auto& x) { io.needed("result", x.result); }
};

template <>
struct KindOf<event::ActivityFailed>
    : Answers<event::ActivityScheduled, &event::ActivityFailed::details,
              &work::ActivityFailed::details> {
  static constexpr std::string_view name = "ActivityFailed";
  static void fields(auto& io, auto& x) { io.needed("details", x.details); }
};

template <>
struct KindOf<event::ActivityCancelRequested> : GivesUp<event::ActivityScheduled> {
  static constexpr std::string_view name = "ActivityCancelRequested";
  static void fields(auto& io, auto& x) { io.needed("reason", x.reason); }
};

// --- timers ---

template <>
struct KindOf<event::TimerCreated> : Schedules {
  static constexpr std::string_view name = "TimerCreated";
  static constexpr Match match = Match::place;  // another duration is not another decision
  static constexpr StepWords words{"a timer", "what came from "};
  static void fields(auto& io, auto& x) { io.needed("fire_at", x.fire_at); }
  static std::string label(const event::TimerCreated&) { return "timer"; }
  static std::string waiting(const event::TimerCreated&) { return "a timer"; }
  static work::TimerFired ask(const Caller& by, std::uint64_t id, const event::TimerCreated& x) {
    return {std::string(by.instance), by.execution_id, id, x.fire_at};
  }
  static Whereabouts whereabouts(const event::TimerCreated& x) { return {x.fire_at}; }
};

template <>
struct KindOf<event::TimerFired>
    : Answers<event::TimerCreated, &event::TimerFired::fire_at, &work::TimerFired::fire_at> {
  static constexpr std::string_view name = "TimerFired";
  static void fields(auto& io, auto& x) { io.needed("fire_at", x.fire_at); }
};

template <>
struct KindOf<event::TimerCancelled> : GivesUp<event::TimerCreated> {
  static constexpr std::string_view name = "TimerCancelled";
  static void fields(auto& io, auto& x) { io.needed("reason", x.reason); }
};

// --- events from outside ---

template <>
struct KindOf<event::ExternalSubscribed> : Waits<&CarriedState::events> {
  static constexpr std::string_view name = "ExternalSubscribed";
  static constexpr Match match = Match::whole;
  static constexpr StepWords words{"a wait for an event", "the data of the event "};
  static void fields(auto& io, auto& x) { io.needed("name", x.name); }
  static std::string identity(const event::ExternalSubscribed& x) { return in_quotes(x.name); }
  static std::string label(const event::ExternalSubscribed& x) { return x.name; }
  static std::string waiting(const event::ExternalSubscribed& x) {
    return "event " + in_ticks(x.name);
  }
};

template <>
struct KindOf<event::ExternalEvent>
    : RaisedFor<event::ExternalEvent, event::ExternalSubscribed, work::ExternalRaised> {
  static constexpr std::string_view name = "ExternalEvent";
  static void fields(auto& io, auto& x) {
    io.needed("name", x.name);
    io.needed("data", x.data);
  }
  static std::string identity(const event::ExternalEvent& x) { return in_quotes(x.name); }
};

template <>
struct KindOf<event::ExternalSubscribedCancelled> : GivesUp<event::ExternalSubscribed> {
  static constexpr std::string_view name = "ExternalSubscribedCancelled";
  static void fields(auto& io, auto& x) { io.needed("reason", x.reason); }
};

// --- messages of queues ---

template <>
struct KindOf<event::QueueSubscribed> : Waits<&CarriedState::messages> {
  static constexpr std::string_view name = "QueueSubscribed";
  static constexpr Match match = Match::whole;
  static constexpr StepWords words{"a wait for a queue", "the message of the queue "};
  static void fields(auto& io, auto& x) { io.needed("name", x.name); }
  static std::string identity(const event::QueueSubscribed& x) { return in_quotes(x.name); }
  static std::string label(const event::QueueSubscribed& x) { return x.name; }
  static std::string waiting(const event::QueueSubscribed& x) {
    return "queue " + in_ticks(x.name);
  }
};

template <>
struct KindOf<event::QueueEventDelivered>
    : RaisedFor<event::QueueEventDelivered, event::QueueSubscribed, work::QueueMessage> {
  static constexpr std::string_view name = "QueueEventDelivered";
  static void fields(auto& io, auto& x) {
    io.needed("name", x.name);
    io.needed("data", x.data);
  }
  static std::string identity(const event::QueueEventDelivered& x) { return in_quotes(x.name); }
};

template <>
struct KindOf<event::QueueSubscriptionCancelled> : GivesUp<event::QueueSubscribed> {
  static constexpr std::string_view name = "QueueSubscriptionCancelled";
  static void fields(auto& io, auto& x) { io.needed("reason", x.reason); }
};

// --- other instances ---

template <>
struct KindOf<event::SubOrchestrationScheduled> : Schedules {
  static constexpr std::string_view name = "SubOrchestrationScheduled";
  static constexpr std::uint32_t layout_version = 3;
  static constexpr std::uint32_t plain_layout_version = 2;
  static constexpr Match match = Match::whole;
  static constexpr StepWords words{"a sub-orchestration", "the output of the sub-orchestration "};
  using Failure = SubOrchestrationFailed;
  static void fields(auto& io, auto& x) {
    io.needed("name", x.name);
    io.usual("version", x.version);
    io.needed("instance", x.instance);
    io.needed("input", x.input);
    if (holds(io, 2)) {
      io.usual("outlives_parent", x.outlives_parent);
    }
    if (holds(io, 3)) {
      io.usual("headers", x.headers);
    }
  }
  /// Neither other headers nor whether it outlives its parent are another decision: what is recorded counts.
  static bool is_same(const event::SubOrchestrationScheduled& a,
                      const event::SubOrchestrationScheduled& b) {
    return a.name == b.name && a.version == b.version && a.instance == b.instance &&
           a.input == b.input;
  }
  static std::string identity(const event::SubOrchestrationScheduled& x) {
    return in_quotes(x.name) + ", instance " + in_quotes(x.instance);
  }
  static std::string label(const event::SubOrchestrationScheduled& x) { return x.name; }
  static std::string waiting(const event::SubOrchestrationScheduled& x) {
    return "child " + in_ticks(x.instance);
  }
  static Checked check(const event::SubOrchestrationScheduled& x) {
    Checked instance = check_instance_id(x.instance);
    return instance ? check_name("orchestration name", x.name) : instance;
  }
  static work::StartOrchestration ask(const Caller& by, std::uint64_t id,
                                      const event::SubOrchestrationScheduled& x) {
    return {x.instance,
            x.name,
            x.input,
            x.version,
            ParentLink{std::string(by.instance), by.execution_id, id},
            {},
            std::nullopt,
            headers_of(by, x.headers)};
  }
  static Whereabouts whereabouts(const event::SubOrchestrationScheduled& x) {
    return {.instance = x.instance, .outlives_parent = x.outlives_parent};
  }
};

template <>
struct KindOf<event::SubOrchestrationCompleted>
    : Answers<event::SubOrchestrationScheduled, &event::SubOrchestrationCompleted::result,
              &work::SubOrchCompleted::result> {
  static constexpr std::string_view name = "SubOrchestrationCompleted";
  static void fields(auto& io, auto& x) { io.needed("result", x.result); }
};

template <>
struct KindOf<event::SubOrchestrationFailed>
    : Answers<event::SubOrchestrationScheduled, &event::SubOrchestrationFailed::details,
              &work::SubOrchFailed::details> {
  static constexpr std::string_view name = "SubOrchestrationFailed";
  static void fields(auto& io, auto& x) { io.needed("details", x.details); }
};

template <>
struct KindOf<event::SubOrchestrationCancelRequested> : GivesUp<event::SubOrchestrationScheduled> {
  static constexpr std::string_view name = "SubOrchestrationCancelRequested";
  static void fields(auto& io, auto& x) { io.needed("reason", x.reason); }
};

template <>
struct KindOf<event::InstanceAwaited> : Schedules {
  static constexpr std::string_view name = "InstanceAwaited";
  static constexpr Match match = Match::whole;
  static constexpr StepWords words{"a wait for the end of an instance",
                                   "the output of the instance "};
  using Failure = SubOrchestrationFailed;
  static void fields(auto& io, auto& x) { io.needed("instance", x.instance); }
  static std::string identity(const event::InstanceAwaited& x) { return in_quotes(x.instance); }
  static std::string label(const event::InstanceAwaited& x) { return x.instance; }
  static std::string waiting(const event::InstanceAwaited& x) {
    return "the end of " + in_ticks(x.instance);
  }
  static Checked check(const event::InstanceAwaited& x) { return check_instance_id(x.instance); }
  static work::AwaitInstance ask(const Caller& by, std::uint64_t id,
                                 const event::InstanceAwaited& x) {
    return {x.instance, ParentLink{std::string(by.instance), by.execution_id, id}};
  }
  static Whereabouts whereabouts(const event::InstanceAwaited& x) {
    return {.instance = x.instance};
  }
};

template <>
struct KindOf<event::AwaitedCompleted>
    : Answers<event::InstanceAwaited, &event::AwaitedCompleted::output,
              &work::AwaitedCompleted::output> {
  static constexpr std::string_view name = "AwaitedCompleted";
  static void fields(auto& io, auto& x) { io.needed("output", x.output); }
};

template <>
struct KindOf<event::AwaitedFailed>
    : Answers<event::InstanceAwaited, &event::AwaitedFailed::details,
              &work::AwaitedFailed::details> {
  static constexpr std::string_view name = "AwaitedFailed";
  static void fields(auto& io, auto& x) { io.needed("details", x.details); }
};

template <>
struct KindOf<event::InstanceAwaitCancelled> : GivesUp<event::InstanceAwaited> {
  static constexpr std::string_view name = "InstanceAwaitCancelled";
  static void fields(auto& io, auto& x) { io.needed("reason", x.reason); }
};

/// The store answers it itself, in the transaction that brings the question, so nothing has to be
/// told when the code no longer waits: no kind gives it up.
template <>
struct KindOf<event::KeyValueReadScheduled> : Schedules {
  static constexpr std::string_view name = "KeyValueReadScheduled";
  static constexpr Match match = Match::whole;
  static constexpr StepWords words{"a read of a value", "the value "};
  static void fields(auto& io, auto& x) {
    io.needed("instance", x.instance);
    io.needed("key", x.key);
  }
  static std::string identity(const event::KeyValueReadScheduled& x) {
    return in_quotes(x.key) + " of instance " + in_quotes(x.instance);
  }
  static std::string label(const event::KeyValueReadScheduled& x) { return x.key; }
  static std::string waiting(const event::KeyValueReadScheduled& x) {
    return "a value of " + in_ticks(x.instance);
  }
  static Checked check(const event::KeyValueReadScheduled& x) {
    Checked instance = check_instance_id(x.instance);
    return instance ? check_key(x.key) : instance;
  }
  static work::ReadKeyValue ask(const Caller& by, std::uint64_t id,
                                const event::KeyValueReadScheduled& x) {
    return {x.instance, x.key, ParentLink{std::string(by.instance), by.execution_id, id}};
  }
};

template <>
struct KindOf<event::KeyValueReadCompleted>
    : Answers<event::KeyValueReadScheduled, &event::KeyValueReadCompleted::value,
              &work::KeyValueRead::value> {
  static constexpr std::string_view name = "KeyValueReadCompleted";
  static void fields(auto& io, auto& x) { io.usual("value", x.value); }
};

}  // namespace duroxide::model
