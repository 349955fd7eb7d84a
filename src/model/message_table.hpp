#pragma once

// The table of messages, as event_table.hpp is that of events. An entry has `name` and `fields`, and
//   refusal   why nobody but the engine itself may send it; empty if anybody may
//   data      what people are shown of it
//   check     whether one that anybody may send is right
// Which event a message becomes, and what that answers, is said in the entry of the event.

#include "model/event_roles.hpp"
#include "model/limits.hpp"

namespace duroxide::model {

/// The entry of a kind of message. Every alternative of `WorkItem` has one.
template <class Message>
struct MessageOf;

template <class Message>
concept HasMessageEntry = requires {
  MessageOf<Message>::name;
};

struct AnyMessage {
  static constexpr std::uint32_t layout_version = 1;
  static constexpr std::string_view refusal = {};
};

/// Asks the store for something of `instance`. The store answers `reader`, a step of another
/// instance, in the transaction that sends the question.
struct AsksStore : AnyMessage {
  static constexpr std::string_view refusal =
      "only a turn can read a value this way, and only the store answers it; send `GetValue` "
      "instead";
};

template <>
struct MessageOf<work::StartOrchestration> : AnyMessage {
  static constexpr std::string_view name = "StartOrchestration";
  static constexpr std::uint32_t layout_version = 3;
  static constexpr std::uint32_t plain_layout_version = 2;
  static void fields(auto& io, auto& x) {
    io.needed("instance", x.instance);
    io.needed("orchestration", x.orchestration);
    io.needed("input", x.input);
    io.usual("version", x.version);
    io.usual("parent", x.parent);
    io.usual("tags", x.tags);
    if (holds(io, 2)) {
      io.usual("timeout_ms", x.timeout_ms);
    }
    if (holds(io, 3)) {
      io.usual("headers", x.headers);
    }
  }
  static std::string data(const work::StartOrchestration& x) { return x.input; }
};

template <>
struct MessageOf<work::ContinueAsNew> : AnyMessage {
  static constexpr std::string_view name = "ContinueAsNew";
  static constexpr std::uint32_t layout_version = 2;
  static constexpr std::uint32_t plain_layout_version = 1;
  static constexpr std::string_view refusal = "only an instance itself can continue as new";
  static void fields(auto& io, auto& x) {
    io.needed("instance", x.instance);
    io.needed("execution_id", x.execution_id);
    io.needed("orchestration", x.orchestration);
    io.needed("input", x.input);
    io.usual("version", x.version);
    io.usual("parent", x.parent);
    io.usual("carried", x.carried);
    if (holds(io, 2)) {
      io.usual("headers", x.headers);
    }
  }
  static std::string data(const work::ContinueAsNew& x) { return x.input; }
};

template <>
struct MessageOf<work::ActivityExecute> : AnyMessage {
  static constexpr std::string_view name = "ActivityExecute";
  static constexpr std::uint32_t layout_version = 4;
  static constexpr std::uint32_t plain_layout_version = 3;
  static constexpr std::string_view refusal = "an activity cannot be sent to an instance";
  static void fields(auto& io, auto& x) {
    io.needed("instance", x.instance);
    io.needed("execution_id", x.execution_id);
    io.needed("id", x.id);
    io.needed("name", x.name);
    io.needed("input", x.input);
    io.needed("orchestration", x.orchestration);
    io.needed("version", x.version);
    io.usual("tag", x.tag);
    io.usual("session", x.session);
    if (holds(io, 2)) {
      io.usual("incarnation", x.incarnation);
    }
    if (holds(io, 3)) {
      io.usual("timeouts", x.timeouts);
      io.usual("start_due", x.start_due);
    }
    if (holds(io, 4)) {
      io.usual("headers", x.headers);
    }
  }
  static std::string data(const work::ActivityExecute&) { return {}; }
};

template <>
struct MessageOf<work::ActivityCompleted> : AnyMessage {
  static constexpr std::string_view name = "ActivityCompleted";
  static void fields(auto& io, auto& x) {
    io.needed("instance", x.instance);
    io.needed("execution_id", x.execution_id);
    io.needed("id", x.id);
    io.needed("result", x.result);
  }
  static std::string data(const work::ActivityCompleted& x) { return x.result; }
};

template <>
struct MessageOf<work::ActivityFailed> : AnyMessage {
  static constexpr std::string_view name = "ActivityFailed";
  static void fields(auto& io, auto& x) {
    io.needed("instance", x.instance);
    io.needed("execution_id", x.execution_id);
    io.needed("id", x.id);
    io.needed("details", x.details);
  }
  static std::string data(const work::ActivityFailed& x) { return x.details.to_string(); }
};

template <>
struct MessageOf<work::TimerFired> : AnyMessage {
  static constexpr std::string_view name = "TimerFired";
  static void fields(auto& io, auto& x) {
    io.needed("instance", x.instance);
    io.needed("execution_id", x.execution_id);
    io.needed("id", x.id);
    io.needed("fire_at", x.fire_at);
  }
  static std::string data(const work::TimerFired&) { return {}; }
};

template <>
struct MessageOf<work::ExternalRaised> : AnyMessage {
  static constexpr std::string_view name = "ExternalRaised";
  static void fields(auto& io, auto& x) {
    io.needed("instance", x.instance);
    io.needed("name", x.name);
    io.needed("data", x.data);
  }
  static std::string data(const work::ExternalRaised& x) { return x.data; }
  static Checked check(const work::ExternalRaised& x) {
    Checked checked = check_name("event name", x.name);
    return checked ? check_payload("event data", x.data) : checked;
  }
};

template <>
struct MessageOf<work::SubOrchCompleted> : AnyMessage {
  static constexpr std::string_view name = "SubOrchCompleted";
  static void fields(auto& io, auto& x) {
    io.needed("instance", x.instance);
    io.needed("execution_id", x.execution_id);
    io.needed("id", x.id);
    io.needed("result", x.result);
  }
  static std::string data(const work::SubOrchCompleted& x) { return x.result; }
};

template <>
struct MessageOf<work::SubOrchFailed> : AnyMessage {
  static constexpr std::string_view name = "SubOrchFailed";
  static void fields(auto& io, auto& x) {
    io.needed("instance", x.instance);
    io.needed("execution_id", x.execution_id);
    io.needed("id", x.id);
    io.needed("details", x.details);
  }
  static std::string data(const work::SubOrchFailed& x) { return x.details.to_string(); }
};

template <>
struct MessageOf<work::CancelInstance> : AnyMessage {
  static constexpr std::string_view name = "CancelInstance";
  static constexpr std::uint32_t layout_version = 2;
  static void fields(auto& io, auto& x) {
    io.needed("instance", x.instance);
    io.needed("reason", x.reason);
    io.usual("parent", x.parent);
    if (holds(io, 2)) {
      io.usual("timed_out", x.timed_out);
    }
  }
  static std::string data(const work::CancelInstance& x) { return x.reason; }
};

template <>
struct MessageOf<work::QueueMessage> : AnyMessage {
  static constexpr std::string_view name = "QueueMessage";
  static void fields(auto& io, auto& x) {
    io.needed("instance", x.instance);
    io.needed("name", x.name);
    io.needed("data", x.data);
  }
  static std::string data(const work::QueueMessage& x) { return x.data; }
  static Checked check(const work::QueueMessage& x) {
    Checked checked = check_name("queue name", x.name);
    return checked ? check_payload("message", x.data) : checked;
  }
};

template <>
struct MessageOf<work::ReadKeyValue> : AsksStore {
  static constexpr std::string_view name = "ReadKeyValue";
  static void fields(auto& io, auto& x) {
    io.needed("instance", x.instance);
    io.needed("key", x.key);
    io.needed("reader", x.reader);
  }
  static std::string data(const work::ReadKeyValue&) { return {}; }
};

template <>
struct MessageOf<work::KeyValueRead> : AnyMessage {
  static constexpr std::string_view name = "KeyValueRead";
  static constexpr std::string_view refusal = AsksStore::refusal;
  static void fields(auto& io, auto& x) {
    io.needed("instance", x.instance);
    io.needed("execution_id", x.execution_id);
    io.needed("id", x.id);
    io.usual("value", x.value);
  }
  static std::string data(const work::KeyValueRead& x) { return x.value.value_or(""); }
};

template <>
struct MessageOf<work::UpdateRequest> : AnyMessage {
  static constexpr std::string_view name = "UpdateRequest";
  static void fields(auto& io, auto& x) {
    io.needed("instance", x.instance);
    io.needed("id", x.id);
    io.needed("name", x.name);
    io.needed("input", x.input);
  }
  static std::string data(const work::UpdateRequest& x) { return x.input; }
  static Checked check(const work::UpdateRequest& x) {
    Checked checked = check_update(x.id, x.name);
    return checked ? check_payload("update's input", x.input) : checked;
  }
};

template <>
struct MessageOf<work::AwaitInstance> : AsksStore {
  static constexpr std::string_view name = "AwaitInstance";
  static constexpr std::string_view refusal =
      "only a turn can wait for an instance this way, and only the store answers it; send "
      "`WaitForStatus` instead";
  static void fields(auto& io, auto& x) {
    io.needed("instance", x.instance);
    io.needed("reader", x.reader);
    io.usual("given_up", x.given_up);
  }
  static std::string data(const work::AwaitInstance&) { return {}; }
};

template <>
struct MessageOf<work::AwaitedCompleted> : AnyMessage {
  static constexpr std::string_view name = "AwaitedCompleted";
  static constexpr std::string_view refusal = MessageOf<work::AwaitInstance>::refusal;
  static void fields(auto& io, auto& x) {
    io.needed("instance", x.instance);
    io.needed("execution_id", x.execution_id);
    io.needed("id", x.id);
    io.needed("output", x.output);
  }
  static std::string data(const work::AwaitedCompleted& x) { return x.output; }
};

template <>
struct MessageOf<work::AwaitedFailed> : AnyMessage {
  static constexpr std::string_view name = "AwaitedFailed";
  static constexpr std::string_view refusal = MessageOf<work::AwaitInstance>::refusal;
  static void fields(auto& io, auto& x) {
    io.needed("instance", x.instance);
    io.needed("execution_id", x.execution_id);
    io.needed("id", x.id);
    io.needed("details", x.details);
  }
  static std::string data(const work::AwaitedFailed& x) { return x.details.to_string(); }
};

/// Refuses to compile unless every alternative of `WorkItem` has an entry.
template <class... Messages>
consteval bool is_complete_message_table(const std::variant<Messages...>*) {
  static_assert((HasMessageEntry<Messages> && ...),
                "an alternative of WorkItem has no entry in model/message_table.hpp");
  return true;
}
static_assert(is_complete_message_table(static_cast<const WorkItem*>(nullptr)));

}  // namespace duroxide::model
