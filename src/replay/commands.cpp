#include "replay/commands.hpp"

#include <type_traits>

namespace duroxide::replay {

namespace {

struct IsCommand {
  template <class Kind>
  bool operator()(const Kind&) const {
    using namespace event;
    return std::is_same_v<Kind, ActivityScheduled> || std::is_same_v<Kind, TimerCreated> ||
           std::is_same_v<Kind, ExternalSubscribed> ||
           std::is_same_v<Kind, SubOrchestrationScheduled> ||
           std::is_same_v<Kind, OrchestrationChained> || std::is_same_v<Kind, UtcNowRecorded> ||
           std::is_same_v<Kind, GuidRecorded> || std::is_same_v<Kind, ActivityCancelRequested> ||
           std::is_same_v<Kind, TimerCancelled> ||
           std::is_same_v<Kind, ExternalSubscribedCancelled> ||
           std::is_same_v<Kind, SubOrchestrationCancelRequested>;
  }
};

/// Compares two commands of the same kind.
struct SameDecision {
  const EventKind& attempted;

  bool operator()(const event::ActivityScheduled& recorded) const {
    return recorded == std::get<event::ActivityScheduled>(attempted);
  }
  bool operator()(const event::ExternalSubscribed& recorded) const {
    return recorded == std::get<event::ExternalSubscribed>(attempted);
  }
  bool operator()(const event::SubOrchestrationScheduled& recorded) const {
    return recorded == std::get<event::SubOrchestrationScheduled>(attempted);
  }
  bool operator()(const event::OrchestrationChained& recorded) const {
    return recorded == std::get<event::OrchestrationChained>(attempted);
  }
  template <class Other>
  bool operator()(const Other&) const {
    return true;
  }
};

}  // namespace

bool is_command(const EventKind& kind) {
  return std::visit(IsCommand(), kind);
}

bool repeats(const Event& recorded, const EventKind& attempted, std::uint64_t source_event_id) {
  return recorded.kind.index() == attempted.index() &&
         recorded.source_event_id == source_event_id &&
         std::visit(SameDecision{attempted}, recorded.kind);
}

}  // namespace duroxide::replay
