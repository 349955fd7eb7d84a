#include "postgres/children_again.hpp"

#include <variant>

#include "postgres/rewinds.hpp"

namespace duroxide::postgres {

std::vector<std::string> children_of(const provider::AckOrchestrationItem& ack) {
  std::vector<std::string> ids;
  for (const WorkItem& item : ack.orchestrator_items) {
    const auto* start = std::get_if<work::StartOrchestration>(&item);
    if (start != nullptr && start->parent) {
      ids.push_back(start->instance);
    }
  }
  return ids;
}

ChildrenAgain look_at_children(const provider::AckOrchestrationItem& ack, const TurnLease& lease,
                               const Bench& bench) {
  ChildrenAgain again;
  Change change;
  Rewinds rewinds(bench, change);
  for (const WorkItem& item : ack.orchestrator_items) {
    const auto* start = std::get_if<work::StartOrchestration>(&item);
    if (start != nullptr && start->parent &&
        rewinds.add_child(*start, lease.number) != Rewinds::Child::is_other) {
      again.looked_at.push_back(start->instance);
    }
  }
  rewinds.take_up_all();
  again.touched = change.touched();
  again.calls = change.take_calls();
  return again;
}

}  // namespace duroxide::postgres
