#include "postgres/ack_calls.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "model/activity_failure.hpp"
#include "model/encoding.hpp"
#include "model/kinds.hpp"
#include "postgres/ack_checks.hpp"
#include "postgres/message_row.hpp"
#include "postgres/start_calls.hpp"

namespace duroxide::postgres {

namespace {

using provider::AckOrchestrationItem;

/// A runtime may say `failed` of what was cancelled; its failure tells.
ExecutionStatus status_of(const provider::ExecutionMetadata& metadata) {
  const bool failed =
      metadata.status == ExecutionStatus::failed || metadata.status == ExecutionStatus::cancelled;
  if (!failed) {
    return metadata.status;
  }
  return metadata.failure && metadata.failure->is_cancelled() ? ExecutionStatus::cancelled
                                                              : ExecutionStatus::failed;
}

/// How an execution has ended, in the forms that are stored.
struct End {
  ExecutionStatus status = ExecutionStatus::running;
  std::optional<std::string> output;
  std::optional<std::string> failure;
  std::optional<std::string> failure_told;

  [[nodiscard]] bool is_of_instance() const {
    return status != ExecutionStatus::running && status != ExecutionStatus::continued_as_new;
  }
};

End end_of(const AckOrchestrationItem& ack, const TurnLease& lease) {
  End end;
  end.status = status_of(ack.metadata);
  if (end.status == ExecutionStatus::completed) {
    end.output = ack.metadata.output.text();
  } else if (end.is_of_instance()) {
    ErrorDetails details = ack.metadata.failure.value_or(ErrorDetails{});
    end.failure = model::encode_error(details);
    const std::string& orchestration = ack.metadata.orchestration_name.empty()
                                           ? lease.orchestration
                                           : ack.metadata.orchestration_name;
    details.came_through(
        {ErrorOrigin::Kind::orchestration, orchestration, lease.instance, lease.execution, 0});
    end.failure_told = model::encode_error(details);
  }
  return end;
}

std::vector<std::int64_t> as_numbers(const std::vector<std::uint64_t>& values) {
  return {values.begin(), values.end()};
}

Call turn_call(const AckOrchestrationItem& ack, const TurnLease& lease, const CallContext& context,
               const End& end, const ChildrenAgain* again) {
  const auto& metadata = ack.metadata;
  const std::string& orchestration =
      metadata.orchestration_name.empty() ? lease.orchestration : metadata.orchestration_name;
  const std::string& version =
      metadata.orchestration_version.empty() ? lease.version : metadata.orchestration_version;
  std::optional<std::string> next;
  std::string code = version.empty() ? lease.code : code_of(orchestration, version);
  for (const WorkItem& item : ack.orchestrator_items) {
    if (const auto* continued = std::get_if<work::ContinueAsNew>(&item)) {
      next = model::encode_work_item(item);
      code = code_of(continued->orchestration, continued->version);
    }
  }
  std::vector<std::int64_t> untaken;
  for (const auto place : ack.untaken) {
    untaken.push_back(lease.places[place]);
  }
  std::vector<std::int64_t> timers;
  std::vector<std::int64_t> due;
  for (const auto& timer : ack.cancelled_timers) {
    timers.push_back(static_cast<std::int64_t>(timer.id));
    due.push_back(to_milliseconds(timer.fire_at));
  }
  std::vector<std::string> children = children_of(ack);
  if (again != nullptr) {
    const auto& seen = again->looked_at;
    std::erase_if(children, [&seen](const std::string& child) {
      return std::find(seen.begin(), seen.end(), child) != seen.end();
    });
  }
  Parameters parameters;
  parameters.optional_number(context.now)
      .number(context.process)
      .number(lease.holder)
      .number(lease.number)
      .number(ack.lock_token)
      .number(lease.execution)
      .number(lease.event_count + 1)
      .number(ack.events.size())
      .bytes(ack.events.empty() ? std::string() : model::encode_events(ack.events))
      .text(orchestration)
      .text(version)
      .number(static_cast<std::int64_t>(end.status))
      .optional_bytes(end.output)
      .optional_bytes(end.failure)
      .optional_bytes(end.failure_told)
      .optional_bytes(std::move(next))
      .text(code)
      .numbers(untaken)
      .flag(ack.stays_resident)
      .flag(has_only_answered(ack, lease))
      .numbers(as_numbers(ack.cancelled_activities))
      .numbers(timers)
      .numbers(due)
      .texts(children)
      .flag(again != nullptr);
  return {"ack_turn", std::move(parameters)};
}

Call work_call(const AckOrchestrationItem& ack, const TurnLease& lease, const CallContext& context,
               const PromisedWork& work) {
  std::vector<std::int64_t> events;
  std::vector<std::string> names;
  std::vector<std::optional<std::string>> tags;
  std::vector<std::optional<std::string>> sessions;
  std::vector<std::optional<std::int64_t>> due;
  std::vector<std::optional<std::string>> failures;
  std::vector<std::string> items;
  std::vector<std::optional<std::int64_t>> holders;
  for (std::size_t i = 0; i < work.items.size(); ++i) {
    const work::ActivityExecute& item = work.items[i];
    events.push_back(static_cast<std::int64_t>(item.id));
    names.push_back(item.name);
    tags.push_back(item.tag);
    sessions.push_back(item.session);
    due.push_back(item.start_due ? std::optional(to_milliseconds(*item.start_due)) : std::nullopt);
    failures.push_back(item.start_due
                           ? std::optional(model::encode_work_item(
                                 model::failed_activity(item, model::not_begun_in_time(item))))
                           : std::nullopt);
    items.push_back(model::encode_work_item(item));
    const bool is_promised = i < work.places.size() && work.places[i].fetch != 0;
    holders.push_back(is_promised ? std::optional(work.places[i].holder) : std::nullopt);
  }
  return {adding_work, Parameters()
                           .number(context.process)
                           .number(ack.lock_token)
                           .number(lease.number)
                           .number(lease.execution)
                           .numbers(events)
                           .texts(names)
                           .texts(tags)
                           .texts(sessions)
                           .numbers(due)
                           .byte_strings(failures)
                           .byte_strings(items)
                           .numbers(holders)};
}

Call timers_call(const AckOrchestrationItem& ack, const TurnLease& lease) {
  std::vector<std::int64_t> events;
  std::vector<std::int64_t> due;
  std::vector<std::string> items;
  for (const auto& timer : ack.timers) {
    const bool is_cancelled =
        std::any_of(ack.cancelled_timers.begin(), ack.cancelled_timers.end(),
                    [&](const provider::TimerKey& key) {
                      return key.id == timer.id && key.fire_at == timer.fire_at;
                    });
    if (!is_cancelled) {
      events.push_back(static_cast<std::int64_t>(timer.id));
      due.push_back(to_milliseconds(timer.fire_at));
      items.push_back(model::encode_work_item(timer));
    }
  }
  return {"add_timers_of_turn", Parameters()
                                    .number(ack.lock_token)
                                    .number(lease.number)
                                    .number(lease.execution)
                                    .numbers(events)
                                    .numbers(due)
                                    .byte_strings(items)};
}

Call values_call(const AckOrchestrationItem& ack, const TurnLease& lease) {
  std::vector<std::string> keys;
  std::vector<std::optional<std::string>> values;
  std::vector<std::int64_t> times;
  std::vector<std::int64_t> versions;
  for (const auto& [key, value] : ack.values) {
    keys.push_back(key);
    values.push_back(value ? std::optional(value->value.text()) : std::nullopt);
    times.push_back(value ? to_milliseconds(value->updated_at) : 0);
    versions.push_back(value ? static_cast<std::int64_t>(value->version) : 0);
  }
  return {"set_values_of_turn", Parameters()
                                    .number(ack.lock_token)
                                    .number(lease.number)
                                    .texts(keys)
                                    .byte_strings(values)
                                    .numbers(times)
                                    .numbers(versions)};
}

Call await_call(const work::AwaitInstance& request, const TurnLease& lease,
                provider::LockToken token) {
  ErrorDetails details;
  details.category = ErrorCategory::configuration;
  details.kind = ErrorKind::invalid_input;
  details.subject = request.instance;
  details.message = "the end of instance `" + request.instance +
                    "` cannot be waited for: there is no such instance";
  const work::AwaitedFailed nobody{request.reader.instance, request.reader.execution_id,
                                   request.reader.event_id, std::move(details)};
  return {"await_end_of_turn", Parameters()
                                   .number(token)
                                   .number(lease.number)
                                   .number(request.reader.execution_id)
                                   .number(request.reader.event_id)
                                   .text(request.instance)
                                   .flag(request.given_up)
                                   .bytes(model::encode_work_item(nobody))};
}

Call message_call(const WorkItem& item, const TurnLease& lease, provider::LockToken token,
                  const CallContext& context) {
  if (const auto* start = std::get_if<work::StartOrchestration>(&item)) {
    return start_of_turn_call(*start, token, context);
  }
  if (const auto* read = std::get_if<work::ReadKeyValue>(&item)) {
    return {"read_value_of_turn", Parameters()
                                      .number(token)
                                      .number(lease.number)
                                      .number(read->reader.execution_id)
                                      .number(read->reader.event_id)
                                      .text(read->instance)
                                      .text(read->key)};
  }
  if (const auto* awaited = std::get_if<work::AwaitInstance>(&item)) {
    return await_call(*awaited, lease, token);
  }
  const MessageRow row = row_of(item);
  const auto* cancel = std::get_if<work::CancelInstance>(&item);
  const std::optional<ParentLink> parent = cancel != nullptr ? cancel->parent : std::nullopt;
  Parameters parameters;
  parameters.number(token).text(target_instance(item)).number(row.bound_execution);
  add_message(parameters, row);
  parameters.optional_text(parent ? std::optional(parent->instance) : std::nullopt)
      .number(parent ? parent->execution_id : 0)
      .number(parent ? parent->event_id : 0);
  return {"deliver_of_turn", std::move(parameters)};
}

Call answer_call(const provider::UpdateAnswer& answer, const TurnLease& lease,
                 provider::LockToken token, const CallContext& context) {
  return {"answer_of_turn",
          Parameters()
              .number(token)
              .optional_number(context.now)
              .number(lease.number)
              .text(answer.id)
              .bytes(answer.output.text())
              .optional_bytes(answer.error ? std::optional(model::encode_error(*answer.error))
                                           : std::nullopt)
              .flag(answer.refused)
              .flag(context.has_others)};
}

}  // namespace

bool has_only_answered(const AckOrchestrationItem& ack, const TurnLease& lease) {
  return lease.places.empty() && ack.events.empty() &&
         ack.metadata.status == ExecutionStatus::running;
}

std::vector<work::ActivityExecute> work_of(const AckOrchestrationItem& ack, const TurnLease& lease,
                                           const CallContext& context) {
  std::vector<work::ActivityExecute> items;
  const auto& cancelled = ack.cancelled_activities;
  for (work::ActivityExecute item : ack.worker_items) {
    if (std::find(cancelled.begin(), cancelled.end(), item.id) != cancelled.end()) {
      continue;
    }
    item.incarnation = lease.incarnation;
    item.start_due.reset();
    if (item.timeouts && item.timeouts->start_ms != 0) {
      // The record of a turn may say anything.
      const auto allowed = std::min<std::uint64_t>(item.timeouts->start_ms,
                                                   static_cast<std::uint64_t>(max_delay.count()));
      item.start_due =
          saturating_add(context.clock_now, Milliseconds(static_cast<std::int64_t>(allowed)));
    }
    items.push_back(std::move(item));
  }
  return items;
}

std::vector<Call> ack_calls(const AckOrchestrationItem& ack, const TurnLease& lease,
                            const CallContext& context, const PromisedWork& work,
                            const ChildrenAgain* again) {
  check_ack(ack, lease);
  const End end = end_of(ack, lease);
  const auto token = ack.lock_token;
  std::vector<Call> calls;
  if (again != nullptr) {
    calls.push_back(again->calls.front());
  }
  calls.push_back(turn_call(ack, lease, context, end, again));
  if (again != nullptr) {
    calls.push_back({"change_of_turn", Parameters().number(token).flag(true)});
    calls.insert(calls.end(), std::next(again->calls.begin()), again->calls.end());
    calls.push_back({"change_of_turn", Parameters().number(token).flag(false)});
  }
  for (const provider::UpdateAnswer& answer : ack.updates) {
    calls.push_back(answer_call(answer, lease, token, context));
  }
  if (has_only_answered(ack, lease)) {
    return calls;
  }
  if (!ack.values.empty()) {
    calls.push_back(values_call(ack, lease));
  }
  if (ack.custom_status) {
    calls.push_back({"set_status_of_turn", Parameters()
                                               .number(token)
                                               .number(lease.number)
                                               .optional_bytes(ack.custom_status->status)
                                               .number(ack.custom_status->version)});
  }
  if (!work.items.empty()) {
    calls.push_back(work_call(ack, lease, context, work));
  }
  if (!ack.timers.empty()) {
    calls.push_back(timers_call(ack, lease));
  }
  if (ack.prune) {
    calls.push_back(
        {"prune_of_turn",
         Parameters()
             .number(token)
             .number(lease.number)
             .number(ack.prune->keep_last.value_or(1))
             .optional_number(ack.prune->completed_before
                                  ? std::optional(to_milliseconds(*ack.prune->completed_before))
                                  : std::nullopt)});
  }
  // After the record, so that a message of the instance to itself finds its new state.
  for (const WorkItem& item : ack.orchestrator_items) {
    if (!std::holds_alternative<work::ContinueAsNew>(item)) {
      calls.push_back(message_call(item, lease, token, context));
    }
  }
  if (end.is_of_instance()) {
    calls.push_back({"tell_end_of_turn", Parameters()
                                             .number(token)
                                             .number(lease.number)
                                             .number(static_cast<std::int64_t>(end.status))
                                             .optional_bytes(end.output)
                                             .optional_bytes(end.failure_told)});
  }
  return calls;
}

}  // namespace duroxide::postgres
