#include <duroxide/events.hpp>

#include <type_traits>

#include <duroxide/work_items.hpp>

namespace duroxide {

namespace {

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

/// What tells one event of a kind from another, for messages to people.
struct Identify {
  std::string operator()(const event::ActivityScheduled& x) const { return in_quotes(x.name); }
  std::string operator()(const event::ExternalSubscribed& x) const { return in_quotes(x.name); }
  std::string operator()(const event::ExternalEvent& x) const { return in_quotes(x.name); }
  std::string operator()(const event::OrchestrationStarted& x) const {
    return in_quotes(x.name) + ", " + x.version;
  }
  std::string operator()(const event::SubOrchestrationScheduled& x) const {
    return in_quotes(x.name) + ", instance " + in_quotes(x.instance);
  }
  std::string operator()(const event::OrchestrationChained& x) const {
    return in_quotes(x.name) + ", instance " + in_quotes(x.instance);
  }
  std::string operator()(const event::QueueSubscribed& x) const { return in_quotes(x.name); }
  std::string operator()(const event::QueueEventDelivered& x) const { return in_quotes(x.name); }
  std::string operator()(const event::KeyValueSet& x) const { return in_quotes(x.key); }
  std::string operator()(const event::KeyValueCleared& x) const { return in_quotes(x.key); }
  std::string operator()(const event::KeyValueReadScheduled& x) const {
    return in_quotes(x.key) + " of instance " + in_quotes(x.instance);
  }
  std::string operator()(const event::PatchMarked& x) const { return in_quotes(x.id); }
  template <class Other>
  std::string operator()(const Other&) const {
    return {};
  }
};

constexpr std::string_view event_names[] = {
    "OrchestrationStarted",
    "OrchestrationCompleted",
    "OrchestrationFailed",
    "OrchestrationContinuedAsNew",
    "OrchestrationCancelRequested",
    "ActivityScheduled",
    "ActivityCompleted",
    "ActivityFailed",
    "ActivityCancelRequested",
    "TimerCreated",
    "TimerFired",
    "TimerCancelled",
    "ExternalSubscribed",
    "ExternalEvent",
    "ExternalSubscribedCancelled",
    "SubOrchestrationScheduled",
    "SubOrchestrationCompleted",
    "SubOrchestrationFailed",
    "SubOrchestrationCancelRequested",
    "OrchestrationChained",
    "UtcNowRecorded",
    "GuidRecorded",
    "QueueSubscribed",
    "QueueEventDelivered",
    "QueueSubscriptionCancelled",
    "CustomStatusUpdated",
    "KeyValueSet",
    "KeyValueCleared",
    "KeyValuesCleared",
    "KeyValueReadScheduled",
    "KeyValueReadCompleted",
    "PatchMarked",
};
static_assert(std::size(event_names) == std::variant_size_v<EventKind>);

}  // namespace

std::string_view event_type(const EventKind& kind) {
  return event_names[kind.index()];
}

std::string describe(const EventKind& kind) {
  std::string text(event_type(kind));
  const std::string identity = std::visit(Identify(), kind);
  return identity.empty() ? text : text + "(" + identity + ")";
}

bool is_terminal(const EventKind& kind) {
  return std::holds_alternative<event::OrchestrationCompleted>(kind) ||
         std::holds_alternative<event::OrchestrationFailed>(kind) ||
         std::holds_alternative<event::OrchestrationContinuedAsNew>(kind);
}

const std::string& target_instance(const WorkItem& item) {
  return std::visit([](const auto& each) -> const std::string& { return each.instance; }, item);
}

}  // namespace duroxide
