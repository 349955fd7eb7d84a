// Everything about one instance.

#include <map>
#include <set>
#include <string>
#include <utility>

#include "model/shown_steps.hpp"
#include "postgres/executions.hpp"
#include "postgres/instance_row.hpp"
#include "postgres/pending_activities.hpp"
#include "postgres/reads.hpp"
#include "postgres/refusals.hpp"
#include "postgres/summary_row.hpp"

namespace duroxide::postgres {

namespace {

const std::string& summary_text() {
  static const std::string text = "SELECT " + summary_columns("false", "false") +
                                  " FROM instances i" + summary_joins + " WHERE i.id = $1";
  return text;
}

std::vector<Call> detail_calls(const std::string& id) {
  const auto with_id = [&](const char* name, const char* text) {
    return Call{name, Parameters().text(id), text};
  };
  return {with_id("summary_of", summary_text().c_str()), instance_call(id), executions_call(id),
          history_call(id, std::nullopt), activities_call(id),
          // A timer that has fired already waits in the inbox, and has left its row.
          with_id("timers_of",
                  "SELECT t.event FROM timers t JOIN instances i ON i.number = t.number"
                  " WHERE i.id = $1 AND t.kind = 0 AND t.execution = i.execution"),
          // A child that has ended already has told the inbox.
          with_id("ended_children_of",
                  "SELECT c.id FROM instances c JOIN instances i ON c.parent_number = i.number"
                  " WHERE i.id = $1 AND c.status <> 0"),
          with_id("awaited_by",
                  "SELECT a.event, o.id, o.orchestration FROM awaited a"
                  " JOIN instances i ON a.reader = i.number AND a.execution = i.execution"
                  " JOIN instances o ON o.number = a.number WHERE i.id = $1 ORDER BY a.event")};
}

ExecutionDetails details_of(const InstanceRow& instance, const std::vector<Event>& history,
                            const Rows& timers, const Rows& ended_children, const Rows& awaited) {
  const model::OpenSteps open = open_steps_of(instance, history);
  ExecutionDetails details;
  details.execution_id = instance.execution;
  details.last_event_at =
      history.empty() ? instance.execution_started_at : history.back().timestamp;
  std::set<std::uint64_t> waiting;
  for (std::size_t i = 0; i < timers.size(); ++i) {
    waiting.insert(timers.row(i).count(0));
  }
  for (const auto& timer : open.of<event::TimerCreated>()) {
    if (waiting.contains(timer.event_id)) {
      details.pending_timers.push_back(model::pending_timer(timer));
    }
  }
  details.pending_events = model::pending_events(open);
  std::set<std::string> ended;
  for (std::size_t i = 0; i < ended_children.size(); ++i) {
    ended.insert(ended_children.row(i).text(0));
  }
  for (const auto& child : open.of<event::SubOrchestrationScheduled>()) {
    if (!ended.contains(child.what.instance)) {
      details.pending_children.push_back(
          {child.event_id, child.what.name, child.what.instance, child.at});
    }
  }
  std::map<std::uint64_t, std::string> names;  // of what is awaited and runs, by the event
  for (std::size_t i = 0; i < awaited.size(); ++i) {
    names.emplace(awaited.row(i).count(0), awaited.row(i).text(2));
  }
  for (const auto& other : open.of<event::InstanceAwaited>()) {
    if (const auto name = names.find(other.event_id); name != names.end()) {
      details.pending_children.push_back(
          {other.event_id, name->second, other.what.instance, other.at});
    }
  }
  return details;
}

}  // namespace

std::optional<InstanceDetails> read_details(Database& database, const std::string& instance) {
  require_id(instance);
  const Answers answers = database.read(detail_calls(instance));
  if (answers[0].empty()) {
    return std::nullopt;
  }
  InstanceDetails details;
  details.summary = summary_of(answers[0].first());
  const InstanceRow found = instance_in(answers[1].first());
  details.executions = summarize_executions(found, executions_in(answers[2]));
  if (found.status != ExecutionStatus::running) {
    return details;
  }
  try {
    const auto history = history_in(answers[3], found.id, found.execution, found.event_count);
    ExecutionDetails current = details_of(found, history, answers[5], answers[6], answers[7]);
    current.pending_activities = pending_activities_in(answers[4], found, history);
    details.current_execution = std::move(current);
  } catch (const Refusal& refused) {
    if (!refused.is_damage()) {
      throw;
    }
    details.damage = refused.error().message;
  }
  return details;
}

}  // namespace duroxide::postgres
