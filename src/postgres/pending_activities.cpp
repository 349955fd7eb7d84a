#include "postgres/pending_activities.hpp"

#include <utility>
#include <variant>

#include <duroxide/activity.hpp>

#include "model/encoding.hpp"
#include "postgres/reads.hpp"
#include "postgres/refusals.hpp"
#include "postgres/summary_row.hpp"

namespace duroxide::postgres {

namespace {

PendingActivity activity_in(const Rows::Row& row, const InstanceRow& instance,
                            const std::vector<Event>& history) {
  const std::string what =
      "activity " + std::to_string(row.count(0)) + " of the instance `" + instance.id + "`";
  auto item = require_readable(what, model::decode_work_item(row.bytes(7)));
  auto* work = std::get_if<work::ActivityExecute>(&item);
  if (work == nullptr) {
    throw Refusal(ProviderError::Kind::corrupt, what + " is none; verify the store");
  }
  PendingActivity activity;
  activity.execution_id = instance.execution;
  activity.correlation_id = row.count(0);
  activity.token = ActivityToken{instance.id, instance.execution, activity.correlation_id,
                                 static_cast<std::uint64_t>(instance.incarnation)}
                       .to_string();
  activity.name = std::move(work->name);
  activity.input = work->input.text();
  if (activity.correlation_id > 0 && activity.correlation_id <= history.size()) {
    activity.scheduled_at = history[activity.correlation_id - 1].timestamp;
  }
  activity.tag = std::move(work->tag);
  activity.session = std::move(work->session);
  activity.attempts = static_cast<std::uint32_t>(row.number(1));
  activity.progress = row.optional_text(2);
  activity.progress_at = optional_time_in(row, 3);
  if (!row.is_null(4)) {
    activity.waiting_for = "quarantine: " + row.text(4);
  } else {
    activity.waiting_for = row.optional_text(5);
  }
  return activity;
}

}  // namespace

Call activities_call(const std::string& id) {
  return {"activities_of", Parameters().text(id),
          "SELECT w.event, w.attempts, w.progress, w.progress_at, w.quarantine, w.waiting_for,"
          " w.name, w.item FROM work w JOIN instances i ON i.number = w.number"
          " WHERE i.id = $1 AND w.execution = i.execution ORDER BY w.event"};
}

std::vector<PendingActivity> pending_activities_in(const Rows& rows, const InstanceRow& instance,
                                                   const std::vector<Event>& history) {
  std::vector<PendingActivity> pending;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    pending.push_back(activity_in(rows.row(i), instance, history));
  }
  return pending;
}

std::vector<PendingActivity> list_pending_activities(Database& database,
                                                     const std::string& instance) {
  require_id(instance);
  const Answers answers = database.read(
      {instance_call(instance), activities_call(instance), history_call(instance, std::nullopt)});
  const InstanceRow found = require_instance(answers[0], instance);
  return pending_activities_in(
      answers[1], found, history_in(answers[2], found.id, found.execution, found.event_count));
}

}  // namespace duroxide::postgres
