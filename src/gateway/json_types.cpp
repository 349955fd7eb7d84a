#include "gateway/json_types.hpp"

#include <optional>
#include <string>

#include "gateway/json_text.hpp"
#include "gateway/time_text.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;

json time_or_null(const std::optional<Timestamp>& time) {
  return time ? json(time_text(*time)) : json();
}

json text_or_null(const std::optional<std::string>& text) {
  return text ? json_of_text(*text) : json();
}

template <class Number>
json number_or_null(const std::optional<Number>& number) {
  return number ? json(*number) : json();
}

}  // namespace

json json_of(const ErrorDetails& details) {
  json object{{"category", to_string(details.category)},
              {"kind", to_string(details.kind)},
              {"message", json_of_text(details.message)},
              {"subject", json_of_text(details.subject)},
              {"text", json_of_text(details.to_string())}};
  if (!details.chain.empty()) {
    object["came_through"] = json_of_text(details.describe_chain());
  }
  if (details.do_not_retry) {
    object["do_not_retry"] = true;
  }
  if (details.data) {
    object["data"] = {{"type", json_of_text(details.data->type)},
                      {"payload", json_of_text(details.data->payload)}};
  }
  return object;
}

json json_of(const OrchestrationStatus& status) {
  json object{{"custom_status", text_or_null(status.custom_status())},
              {"custom_status_version", status.custom_status_version()}};
  if (status.is_completed()) {
    object["state"] = "Completed";
    object["output"] = json_of_text(status.output());
  } else if (status.is_failed()) {
    object["state"] = to_string(status);
    object["cancelled"] = status.is_cancelled();
    object["error"] = json_of(*status.error());
  } else {
    object["state"] = status.is_running() ? "Running" : "NotFound";
  }
  return object;
}

json json_of(const InstanceSummary& summary) {
  const ErrorDetails* error = summary.status.error();
  return {{"instance_id", summary.instance_id},
          {"orchestration_name", summary.orchestration_name},
          {"version", summary.version},
          {"status", to_string(summary.status)},
          {"cancelled", summary.cancelled},
          {"error", error == nullptr ? json() : json_of(*error)},
          {"created_at", time_text(summary.created_at)},
          {"updated_at", time_text(summary.updated_at)},
          {"execution_count", summary.execution_count},
          {"parent_instance", text_or_null(summary.parent_instance)},
          {"parent_id", number_or_null(summary.parent_id)},
          {"tags", summary.tags}};
}

json json_of(const InstanceInfo& info) {
  return {{"instance_id", info.instance_id},
          {"orchestration_name", info.orchestration_name},
          {"orchestration_version", info.orchestration_version},
          {"current_execution_id", info.current_execution_id},
          {"status", json_of(info.status)},
          {"created_at", time_text(info.created_at)},
          {"updated_at", time_text(info.updated_at)},
          {"parent_instance_id", text_or_null(info.parent_instance_id)},
          {"event_count", info.event_count},
          {"waiting_for", text_or_null(info.waiting_for)},
          {"tags", info.tags},
          {"kept_messages", info.kept_messages}};
}

json json_of(const ExecutionSummary& execution) {
  return {{"execution_id", execution.execution_id},
          {"status", to_string(execution.status)},
          {"started_at", time_text(execution.started_at)},
          {"completed_at", time_or_null(execution.completed_at)},
          {"event_count", execution.event_count},
          {"duration_ms", number_or_null(execution.duration_ms)}};
}

json json_of(const ExecutionDetails& execution) {
  return {{"execution_id", execution.execution_id},
          {"status", to_string(execution.status)},
          {"pending_activities", json_of(execution.pending_activities)},
          {"pending_timers", json_of(execution.pending_timers)},
          {"pending_events", json_of(execution.pending_events)},
          {"pending_children", json_of(execution.pending_children)},
          {"last_event_at", time_text(execution.last_event_at)}};
}

json json_of(const PendingActivity& activity) {
  return {{"correlation_id", activity.correlation_id},
          {"name", activity.name},
          {"input", json_of_text(activity.input)},
          {"scheduled_at", time_text(activity.scheduled_at)},
          {"execution_id", activity.execution_id},
          {"tag", text_or_null(activity.tag)},
          {"session", text_or_null(activity.session)},
          {"attempts", activity.attempts},
          {"progress", text_or_null(activity.progress)},
          {"progress_at", time_or_null(activity.progress_at)},
          {"waiting_for", text_or_null(activity.waiting_for)},
          {"token", json_of_text(activity.token)}};
}

json json_of(const InstanceMessage& message) {
  return {{"message_id", message.message_id},
          {"place", to_string(message.place)},
          {"kind", message.kind},
          {"name", json_of_text(message.name)},
          {"event_id", message.event_id},
          {"data", json_of_text(message.data)}};
}

json json_of(const PendingTimer& timer) {
  return {{"correlation_id", timer.correlation_id},
          {"delay_ms", timer.delay_ms},
          {"scheduled_at", time_text(timer.scheduled_at)},
          {"fire_at", time_text(timer.fire_at)}};
}

json json_of(const PendingEvent& event) {
  return {{"correlation_id", event.correlation_id},
          {"name", event.name},
          {"subscribed_at", time_text(event.subscribed_at)},
          {"is_queue", event.is_queue}};
}

json json_of(const PendingChild& child) {
  return {{"correlation_id", child.correlation_id},
          {"name", child.name},
          {"instance", child.instance},
          {"scheduled_at", time_text(child.scheduled_at)}};
}

json json_of(const InstanceTree& tree) {
  return {{"root_id", tree.root_id}, {"instances", json_of(tree.instances)}};
}

json json_of(const StoredValue& value) {
  return {{"key", value.key},
          {"value", json_of_text(value.value)},
          {"updated_at", time_text(value.updated_at)},
          {"version", value.version}};
}

}  // namespace duroxide::gateway
