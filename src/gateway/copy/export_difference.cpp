#include "gateway/copy/export_difference.hpp"

#include <algorithm>
#include <cstddef>
#include <variant>
#include <vector>

#include "model/encoding.hpp"

namespace duroxide::gateway {

namespace {

bool runs(const InstanceExport& exported) {
  return !exported.executions.empty() &&
         exported.executions.back().status == ExecutionStatus::running;
}

/// What was sent to the instance, without what a store sends of itself: a timer that is due, and the start
/// that only wakes up an instance which has begun.
std::vector<std::string> sent_to(const InstanceExport& exported) {
  const bool has_begun = !exported.executions.empty() && !exported.executions.back().events.empty();
  std::vector<std::string> sent;
  for (const WorkItem& message : exported.messages) {
    const bool wakes_up = has_begun && std::holds_alternative<work::StartOrchestration>(message);
    if (!wakes_up && !std::holds_alternative<work::TimerFired>(message)) {
      sent.push_back(model::encode_work_item(message));
    }
  }
  std::sort(sent.begin(), sent.end());
  return sent;
}

std::optional<std::string> event_difference(const std::vector<Event>& original,
                                            const std::vector<Event>& copy) {
  const std::size_t both = std::min(original.size(), copy.size());
  const auto first = static_cast<std::size_t>(
      std::mismatch(original.begin(), original.begin() + static_cast<std::ptrdiff_t>(both),
                    copy.begin())
          .first -
      original.begin());
  if (first < both) {
    return "its event " + std::to_string(first + 1) + " is another";
  }
  if (original.size() != copy.size()) {
    return "it has " + std::to_string(copy.size()) + " events instead of " +
           std::to_string(original.size());
  }
  return std::nullopt;
}

std::optional<std::string> execution_difference(const ExportedExecution& original,
                                                const ExportedExecution& copy) {
  if (original.execution_id != copy.execution_id) {
    return "it is execution " + std::to_string(copy.execution_id) + " there";
  }
  if (original.status != copy.status) {
    return "its state is another";
  }
  if (auto found = event_difference(original.events, copy.events)) {
    return found;
  }
  if (original.version != copy.version) {
    return "its version is `" + copy.version + "` instead of `" + original.version + "`";
  }
  if (original.started_at != copy.started_at || original.ended_at != copy.ended_at) {
    return "its times are others";
  }
  return std::nullopt;
}

std::optional<std::string> history_difference(const std::vector<ExportedExecution>& original,
                                              const std::vector<ExportedExecution>& copy) {
  if (original.size() != copy.size()) {
    return "it has " + std::to_string(copy.size()) + " executions instead of " +
           std::to_string(original.size());
  }
  for (std::size_t i = 0; i < original.size(); ++i) {
    if (const auto found = execution_difference(original[i], copy[i])) {
      return "execution " + std::to_string(original[i].execution_id) + ": " + *found;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> export_difference(const InstanceExport& original,
                                             const InstanceExport& copy) {
  if (original.orchestration_name != copy.orchestration_name) {
    return "it is of the orchestration `" + copy.orchestration_name + "` instead of `" +
           original.orchestration_name + "`";
  }
  if (auto found = history_difference(original.executions, copy.executions)) {
    return found;
  }
  if (original.parent != copy.parent) {
    return "its parent is another";
  }
  if (original.tags != copy.tags) {
    return "its tags are others";
  }
  if (original.values != copy.values) {
    return "its values are others";
  }
  if (original.custom_status != copy.custom_status ||
      original.custom_status_version != copy.custom_status_version) {
    return "its custom status is another";
  }
  const bool has_same_messages =
      runs(original) ? sent_to(original) == sent_to(copy) : original.messages == copy.messages;
  if (!has_same_messages) {
    return "other messages wait for it, or are kept";
  }
  return std::nullopt;
}

}  // namespace duroxide::gateway
