#include "postgres/activities_by_reference.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "model/limits.hpp"
#include "postgres/ack_checks.hpp"
#include "postgres/message_row.hpp"

namespace duroxide::postgres {

namespace {

constexpr const char* beating = "heartbeat";
constexpr const char* completing_activity = "complete_activity";

std::string describe(const provider::ActivityReference& activity) {
  return "activity " + std::to_string(activity.event_id) + " of execution " +
         std::to_string(activity.execution_id) + " of the instance `" + activity.instance + "`";
}

ProviderError no_activity(const char* operation, const provider::ActivityReference& activity) {
  return refused(
      operation, ProviderError::Kind::activity_not_found,
      "there is no " + describe(activity) + ": it has ended, was cancelled, or never was");
}

template <class Item>
bool ends(const Item& item, const provider::ActivityReference& activity) {
  return item.instance == activity.instance && item.execution_id == activity.execution_id &&
         item.id == activity.event_id;
}

}  // namespace

void ActivitiesByReference::heartbeat(const provider::Heartbeat& beat, Reply<void> reply) {
  or_refuse<void>(beating, reply, [&] {
    require(model::check_heartbeat(beat.details));
    provider::ActivityReference activity = beat.activity;
    if (beat.lock_token) {
      const auto found = leases_.work.find(*beat.lock_token);
      if (found == leases_.work.end()) {
        reply(failure(no_activity(beating, activity)));
        return;
      }
      activity.instance = found->second.instance;
      activity.execution_id = static_cast<std::uint64_t>(found->second.execution);
      activity.event_id = static_cast<std::uint64_t>(found->second.event);
    }
    require(model::check_instance_id(activity.instance));
    const CallContext context = batches_.context();
    Request request{beating};
    request.is_repeatable = true;
    request.calls.push_back(
        {"heartbeat",
         Parameters()
             .optional_number(context.now)
             .number(context.process)
             .optional_number(beat.lock_token
                                  ? std::optional(static_cast<std::int64_t>(*beat.lock_token))
                                  : std::nullopt)
             .text(activity.instance)
             .number(activity.execution_id)
             .number(activity.event_id)
             .number(activity.incarnation)
             .bytes(beat.details)});
    request.done = [activity, reply](const Outcome& outcome) {
      if (!outcome) {
        reply(failure(outcome.error()));
      } else if (outcome->front().first().number(0) != 0) {
        reply(failure(no_activity(beating, activity)));
      } else {
        reply({});
      }
    };
    batches_.submit(std::move(request));
  });
}

void ActivitiesByReference::complete(const provider::CompleteActivity& end, Reply<void> reply) {
  or_refuse<void>(completing_activity, reply, [&] {
    check_completion(end.completion);
    const auto* completed = std::get_if<work::ActivityCompleted>(&end.completion);
    if (completed != nullptr
            ? !ends(*completed, end.activity)
            : !ends(std::get<work::ActivityFailed>(end.completion), end.activity)) {
      refuse_input("the completion is not that of " + describe(end.activity) +
                   ", which it is to end");
    }
    require(model::check_instance_id(end.activity.instance));
    const MessageRow row = row_of(end.completion);
    Request request{completing_activity};
    request.changes.push_back(end.activity.instance);
    request.calls.push_back({"complete_activity", Parameters()
                                                      .text(end.activity.instance)
                                                      .number(end.activity.execution_id)
                                                      .number(end.activity.event_id)
                                                      .number(end.activity.incarnation)
                                                      .number(row.kind)
                                                      .number(row.keeps)
                                                      .bytes(row.item)});
    request.done = [activity = end.activity, reply](const Outcome& outcome) {
      if (!outcome) {
        reply(failure(outcome.error()));
      } else if (outcome->front().first().number(0) != 0) {
        reply(failure(no_activity(completing_activity, activity)));
      } else {
        reply({});
      }
    };
    batches_.submit(std::move(request), {true, false, false});
  });
}

}  // namespace duroxide::postgres
