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
           std::is_same_v<Kind, SubOrchestrationCancelRequested> ||
           std::is_same_v<Kind, QueueSubscribed> ||
           std::is_same_v<Kind, QueueSubscriptionCancelled> ||
           std::is_same_v<Kind, CustomStatusUpdated> || std::is_same_v<Kind, KeyValueSet> ||
           std::is_same_v<Kind, KeyValueCleared> || std::is_same_v<Kind, KeyValuesCleared> ||
           std::is_same_v<Kind, KeyValueReadScheduled> || std::is_same_v<Kind, PatchMarked>;
  }
};

/// Compares two commands of the same kind.
struct SameDecision {
  const EventKind& attempted;

  template <class Kind>
  bool operator()(const Kind& recorded) const {
    using namespace event;
    if constexpr (std::is_same_v<Kind, ActivityScheduled> ||
                  std::is_same_v<Kind, ExternalSubscribed> ||
                  std::is_same_v<Kind, SubOrchestrationScheduled> ||
                  std::is_same_v<Kind, OrchestrationChained> ||
                  std::is_same_v<Kind, QueueSubscribed> || std::is_same_v<Kind, KeyValueSet> ||
                  std::is_same_v<Kind, KeyValueCleared> ||
                  std::is_same_v<Kind, KeyValueReadScheduled> ||
                  std::is_same_v<Kind, PatchMarked>) {
      return recorded == std::get<Kind>(attempted);
    } else {
      return true;
    }
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
