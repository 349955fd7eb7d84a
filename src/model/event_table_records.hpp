#pragma once

// The entries of how an execution begins and ends, and of what is only recorded. See event_table.hpp.

#include "model/event_roles.hpp"
#include "model/limits.hpp"

namespace duroxide::model {

// --- the execution ---

template <>
struct KindOf<event::OrchestrationStarted> : Begins {
  static constexpr std::string_view name = "OrchestrationStarted";
  static constexpr std::uint32_t layout_version = 2;
  static constexpr std::uint32_t plain_layout_version = 1;
  static void fields(auto& io, auto& x) {
    io.needed("name", x.name);
    io.needed("version", x.version);
    io.needed("input", x.input);
    io.usual("parent", x.parent);
    io.usual("carried", x.carried);
    io.usual("engine_flags", x.engine_flags);
    if (holds(io, 2)) {
      io.usual("headers", x.headers);
    }
  }
  static std::string identity(const event::OrchestrationStarted& x) {
    return in_quotes(x.name) + ", " + x.version;
  }
};

template <>
struct KindOf<event::OrchestrationCompleted> : Ends<ExecutionStatus::completed> {
  static constexpr std::string_view name = "OrchestrationCompleted";
  static void fields(auto& io, auto& x) { io.needed("output", x.output); }
};

template <>
struct KindOf<event::OrchestrationFailed> : Ends<ExecutionStatus::failed> {
  static constexpr std::string_view name = "OrchestrationFailed";
  static void fields(auto& io, auto& x) { io.needed("details", x.details); }
};

template <>
struct KindOf<event::OrchestrationContinuedAsNew> : Ends<ExecutionStatus::continued_as_new> {
  static constexpr std::string_view name = "OrchestrationContinuedAsNew";
  static void fields(auto& io, auto& x) {
    io.needed("input", x.input);
    io.usual("version", x.version);
  }
};

template <>
struct KindOf<event::OrchestrationCancelRequested> : Tells<work::CancelInstance> {
  static constexpr std::string_view name = "OrchestrationCancelRequested";
  static constexpr std::uint32_t layout_version = 2;
  static void fields(auto& io, auto& x) {
    io.needed("reason", x.reason);
    if (holds(io, 2)) {
      io.usual("timed_out", x.timed_out);
    }
  }
  static event::OrchestrationCancelRequested from(const work::CancelInstance& message) {
    return {message.reason, message.timed_out};
  }
};

// --- what is only recorded ---

template <>
struct KindOf<event::OrchestrationChained> : Records {
  static constexpr std::string_view name = "OrchestrationChained";
  static constexpr std::uint32_t layout_version = 2;
  static constexpr std::uint32_t plain_layout_version = 1;
  static constexpr Match match = Match::whole;
  static void fields(auto& io, auto& x) {
    io.needed("name", x.name);
    io.usual("version", x.version);
    io.needed("instance", x.instance);
    io.needed("input", x.input);
    if (holds(io, 2)) {
      io.usual("headers", x.headers);
    }
  }
  /// Other headers are not another decision.
  static bool is_same(const event::OrchestrationChained& a, const event::OrchestrationChained& b) {
    return a.name == b.name && a.version == b.version && a.instance == b.instance &&
           a.input == b.input;
  }
  static std::string identity(const event::OrchestrationChained& x) {
    return in_quotes(x.name) + ", instance " + in_quotes(x.instance);
  }
  /// A detached start: nobody is told of its end.
  static work::StartOrchestration ask(const Caller& by, std::uint64_t,
                                      const event::OrchestrationChained& x) {
    return {x.instance,   x.name, x.input,      x.version,
            std::nullopt, {},     std::nullopt, headers_of(by, x.headers)};
  }
};

template <>
struct KindOf<event::UtcNowRecorded> : Records {
  static constexpr std::string_view name = "UtcNowRecorded";
  static constexpr Match match = Match::place;
  static void fields(auto& io, auto& x) { io.needed("time", x.time); }
};

template <>
struct KindOf<event::GuidRecorded> : Records {
  static constexpr std::string_view name = "GuidRecorded";
  static constexpr Match match = Match::place;
  static void fields(auto& io, auto& x) { io.needed("guid", x.guid); }
};

template <>
struct KindOf<event::CustomStatusUpdated> : Records {
  static constexpr std::string_view name = "CustomStatusUpdated";
  static constexpr Match match = Match::place;  // another text is not another decision
  static void fields(auto& io, auto& x) { io.usual("status", x.status); }
  static void change(auto& state, const event::CustomStatusUpdated& x, Timestamp, bool is_new) {
    state.set_custom_status(x.status, is_new);
  }
};

template <>
struct KindOf<event::KeyValueSet> : Records {
  static constexpr std::string_view name = "KeyValueSet";
  static constexpr Match match = Match::whole;
  static void fields(auto& io, auto& x) {
    io.needed("key", x.key);
    io.needed("value", x.value);
  }
  static std::string identity(const event::KeyValueSet& x) { return in_quotes(x.key); }
  static void change(auto& state, const event::KeyValueSet& x, Timestamp at, bool is_new) {
    state.set_value(x.key, x.value, at, is_new);
  }
};

template <>
struct KindOf<event::KeyValueCleared> : Records {
  static constexpr std::string_view name = "KeyValueCleared";
  static constexpr Match match = Match::whole;
  static void fields(auto& io, auto& x) { io.needed("key", x.key); }
  static std::string identity(const event::KeyValueCleared& x) { return in_quotes(x.key); }
  static void change(auto& state, const event::KeyValueCleared& x, Timestamp, bool is_new) {
    state.clear_value(x.key, is_new);
  }
};

template <>
struct KindOf<event::KeyValuesCleared> : Records {
  static constexpr std::string_view name = "KeyValuesCleared";
  static constexpr Match match = Match::whole;
  static void fields(auto&, auto&) {}
  static void change(auto& state, const event::KeyValuesCleared&, Timestamp, bool is_new) {
    state.clear_values(is_new);
  }
};

template <>
struct KindOf<event::PatchMarked> : Records {
  static constexpr std::string_view name = "PatchMarked";
  static constexpr Match match = Match::whole;
  static void fields(auto& io, auto& x) { io.needed("id", x.id); }
  static std::string identity(const event::PatchMarked& x) { return in_quotes(x.id); }
};

template <>
struct KindOf<event::SideEffectRecorded> : Records {
  static constexpr std::string_view name = "SideEffectRecorded";
  static constexpr Match match = Match::name;
  static void fields(auto& io, auto& x) {
    io.needed("name", x.name);
    io.usual("value", x.value);
    io.usual("error", x.error);
  }
  static std::string identity(const event::SideEffectRecorded& x) { return in_quotes(x.name); }
  static Checked check(const event::SideEffectRecorded& x) {
    return check_name("name of a side effect", x.name);
  }
};

// --- what others ask the code ---

template <>
struct KindOf<event::UpdateReceived> : Asked<work::UpdateRequest> {
  static constexpr std::string_view name = "UpdateReceived";
  static void fields(auto& io, auto& x) {
    io.needed("id", x.id);
    io.needed("name", x.name);
    io.needed("input", x.input);
  }
  static std::string identity(const event::UpdateReceived& x) {
    return in_quotes(x.name) + ", id " + in_quotes(x.id);
  }
  static Checked check(const event::UpdateReceived& x) { return check_update(x.id, x.name); }
  static event::UpdateReceived from(const work::UpdateRequest& message) {
    return {message.id, message.name, message.input};
  }
  static work::UpdateRequest to_message(const event::UpdateReceived& event) {
    return {{}, event.id, event.name, event.input};
  }
  static void follow(auto& updates, const event::UpdateReceived& x) { updates.receive(x); }
};

template <>
struct KindOf<event::UpdateAnswered> : Records {
  static constexpr std::string_view name = "UpdateAnswered";
  static constexpr Match match = Match::name;  // the caller was told what is recorded
  static void fields(auto& io, auto& x) {
    io.needed("id", x.id);
    io.usual("output", x.output);
    io.usual("error", x.error);
    io.usual("refused", x.refused);
  }
  static std::string identity(const event::UpdateAnswered& x) { return "id " + in_quotes(x.id); }
  static Checked check(const event::UpdateAnswered& x) { return check_name("update id", x.id); }
  static void follow(auto& updates, const event::UpdateAnswered& x) { updates.answer(x); }
};

// --- what is sent to another instance ---

template <>
struct KindOf<event::EventSent> : Records {
  static constexpr std::string_view name = "EventSent";
  static constexpr Match match = Match::whole;
  static void fields(auto& io, auto& x) {
    io.needed("instance", x.instance);
    io.needed("name", x.name);
    io.needed("data", x.data);
  }
  static std::string identity(const event::EventSent& x) {
    return in_quotes(x.name) + ", instance " + in_quotes(x.instance);
  }
  static Checked check(const event::EventSent& x) {
    Checked instance = check_instance_id(x.instance);
    return instance ? check_name("event name", x.name) : instance;
  }
  static work::ExternalRaised ask(const Caller&, std::uint64_t, const event::EventSent& x) {
    return {x.instance, x.name, x.data};
  }
};

template <>
struct KindOf<event::QueueMessageSent> : Records {
  static constexpr std::string_view name = "QueueMessageSent";
  static constexpr Match match = Match::whole;
  static void fields(auto& io, auto& x) {
    io.needed("instance", x.instance);
    io.needed("name", x.name);
    io.needed("data", x.data);
  }
  static std::string identity(const event::QueueMessageSent& x) {
    return in_quotes(x.name) + ", instance " + in_quotes(x.instance);
  }
  static Checked check(const event::QueueMessageSent& x) {
    Checked instance = check_instance_id(x.instance);
    return instance ? check_name("queue name", x.name) : instance;
  }
  static work::QueueMessage ask(const Caller&, std::uint64_t, const event::QueueMessageSent& x) {
    return {x.instance, x.name, x.data};
  }
};

template <>
struct KindOf<event::CancelSent> : Records {
  static constexpr std::string_view name = "CancelSent";
  static constexpr Match match = Match::whole;
  static void fields(auto& io, auto& x) {
    io.needed("instance", x.instance);
    io.needed("reason", x.reason);
  }
  static std::string identity(const event::CancelSent& x) {
    return "instance " + in_quotes(x.instance);
  }
  static Checked check(const event::CancelSent& x) { return check_instance_id(x.instance); }
  static work::CancelInstance ask(const Caller&, std::uint64_t, const event::CancelSent& x) {
    return {x.instance, x.reason, std::nullopt};
  }
};

}  // namespace duroxide::model
