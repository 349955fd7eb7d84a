// Instances that do not get on, and why; what is in quarantine, and what is paused.

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "model/shown_steps.hpp"
#include "postgres/instance_row.hpp"
#include "postgres/listing.hpp"
#include "postgres/reads.hpp"
#include "postgres/refusals.hpp"
#include "postgres/summary_row.hpp"

namespace duroxide::postgres {

namespace {

Call limited(const char* name, std::uint32_t limit, const char* text) {
  return {name, Parameters().number(static_cast<std::int64_t>(limit)), text};
}

/// Each instance once, those that have been so for longest first.
Call waiting_call(std::uint32_t limit) {
  return limited("stuck_waiting", limit,
                 "SELECT id, orchestration, why, since FROM ("
                 " SELECT DISTINCT ON (i.number) i.number, i.id, i.orchestration, w.why, w.since"
                 " FROM (SELECT number, waiting_for AS why, waiting_since AS since FROM turns"
                 "   WHERE waiting_for IS NOT NULL"
                 "  UNION ALL SELECT number, waiting_for, waiting_since FROM work"
                 "   WHERE waiting_for IS NOT NULL) AS w"
                 " JOIN instances i ON i.number = w.number AND i.status = 0"
                 " ORDER BY i.number, w.since) AS each ORDER BY since, number LIMIT $1");
}

Call quarantined_call(std::uint32_t limit) {
  return limited("stuck_quarantined", limit,
                 "SELECT id, orchestration, why, since FROM ("
                 " SELECT DISTINCT ON (i.number) i.number, i.id, i.orchestration, q.why, q.since"
                 " FROM (SELECT number, quarantine AS why, quarantined_at AS since FROM turns"
                 "   WHERE quarantine IS NOT NULL"
                 "  UNION ALL SELECT number, 'activity `' || name || '`: ' || quarantine,"
                 "   quarantined_at FROM work WHERE quarantine IS NOT NULL) AS q"
                 " JOIN instances i ON i.number = q.number AND i.status = 0"
                 " ORDER BY i.number, q.since) AS each ORDER BY since, number LIMIT $1");
}

std::vector<StuckInstance> stuck_in(const Rows& rows, StuckKind kind) {
  std::vector<StuckInstance> stuck;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Rows::Row row = rows.row(i);
    stuck.push_back({row.text(0), row.text(1), kind, row.text(2), time_in(row, 3)});
  }
  return stuck;
}

Call paused_items_call() {
  return {"paused_items",
          {},
          "SELECT kind::text, name, since FROM paused"
          " ORDER BY position(kind::text IN 'soi'), name COLLATE \"C\""};
}

std::vector<PausedItem> paused_in(const Rows& rows) {
  std::vector<PausedItem> items;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Rows::Row row = rows.row(i);
    const std::string kind = row.text(0);
    PausedItem item;
    item.scope = kind == "s"   ? PauseScope::of_store()
                 : kind == "o" ? PauseScope::of_orchestration(row.text(1))
                               : PauseScope::of_instance(row.text(1));
    item.since = time_in(row, 2);
    items.push_back(std::move(item));
  }
  return items;
}

/// The running instances of what is paused, each once, by scope.
std::vector<StuckInstance> stuck_as_paused(Database& database, std::uint32_t limit) {
  std::vector<StuckInstance> stuck;
  std::set<std::string> seen;
  for (const PausedItem& item : list_paused(database)) {
    InstanceFilter filter;
    filter.status = {ExecutionStatus::running};
    filter.limit = limit;
    if (item.scope.kind == PauseScope::Kind::orchestration) {
      filter.orchestration_name = item.scope.name;
    } else if (item.scope.kind == PauseScope::Kind::instance) {
      filter.id_prefix = item.scope.name;
      filter.order = InstanceOrder::id;  // in which it is the first with that prefix
      filter.limit = std::min<std::uint32_t>(limit, 1);
    }
    for (const InstanceSummary& each : list_instances(database, filter)) {
      const bool is_meant =
          item.scope.kind != PauseScope::Kind::instance || each.instance_id == item.scope.name;
      if (is_meant && stuck.size() < limit && seen.insert(each.instance_id).second) {
        stuck.push_back({each.instance_id, each.orchestration_name, StuckKind::paused,
                         model::describe_pause(item.scope), item.since});
      }
    }
  }
  return stuck;
}

/// What those rows wait for, that have not changed for long: a message that nobody takes, a delayed start, or
/// what their histories say.
std::string describe_wait(Database& database, const std::string& id) {
  const Answers answers =
      database.read({instance_call(id),
                     history_call(id, std::nullopt),
                     {"has_messages", Parameters().text(id),
                      "SELECT EXISTS (SELECT FROM inbox m JOIN instances i ON i.number = m.number"
                      " WHERE i.id = $1)"}});
  if (answers[0].empty()) {
    return "nothing: it is gone";
  }
  const InstanceRow found = instance_in(answers[0].first());
  if (answers[2].first().flag(0)) {
    return "a runtime that takes its messages";
  }
  if (found.start_due) {
    return "its start, which is delayed";
  }
  try {
    const std::string steps = model::describe_steps(
        open_steps_of(found, history_in(answers[1], found.id, found.execution, found.event_count)));
    return steps.empty() ? "nothing that its history tells of" : steps;
  } catch (const Refusal& refused) {
    if (!refused.is_damage()) {
      throw;
    }
    return "repair of the store: " + refused.error().message;
  }
}

std::vector<StuckInstance> unchanged_for(Database& database, Milliseconds time, std::uint32_t limit,
                                         Timestamp now) {
  InstanceFilter filter;
  filter.status = {ExecutionStatus::running};
  filter.order = InstanceOrder::updated;
  filter.limit = limit;
  // One that has not changed for exactly so long counts.
  filter.updated_before = saturating_add(now, Milliseconds{1} - std::max(Milliseconds{0}, time));
  std::vector<StuckInstance> stuck;
  for (const InstanceSummary& each : list_instances(database, filter)) {
    stuck.push_back({each.instance_id, each.orchestration_name, StuckKind::no_progress,
                     describe_wait(database, each.instance_id), each.updated_at});
  }
  return stuck;
}

}  // namespace

std::vector<StuckInstance> list_stuck(Database& database, const StuckFilter& filter,
                                      Timestamp now) {
  const Answers answers =
      database.read({waiting_call(filter.limit), quarantined_call(filter.limit)});
  std::vector<StuckInstance> all = stuck_in(answers[0], StuckKind::waiting);
  const auto add = [&all](std::vector<StuckInstance> more) {
    std::move(more.begin(), more.end(), std::back_inserter(all));
  };
  add(stuck_in(answers[1], StuckKind::quarantined));
  add(stuck_as_paused(database, filter.limit));
  if (filter.no_progress_for) {
    add(unchanged_for(database, Milliseconds(*filter.no_progress_for), filter.limit, now));
  }
  return all;
}

std::vector<QuarantinedItem> list_quarantined(Database& database) {
  const Rows rows = database.read_one(
      {"quarantined",
       {},
       "SELECT i.id, q.execution, q.event, q.name, q.why, q.since FROM ("
       " SELECT number, 0 AS execution, 0 AS event, '' AS name, quarantine AS why,"
       "  quarantined_at AS since FROM turns WHERE quarantine IS NOT NULL"
       " UNION ALL SELECT number, execution, event, name, quarantine, quarantined_at FROM work"
       "  WHERE quarantine IS NOT NULL) AS q JOIN instances i ON i.number = q.number"
       " ORDER BY q.since, q.number, q.execution, q.event"});
  std::vector<QuarantinedItem> items;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Rows::Row row = rows.row(i);
    items.push_back(
        {row.text(0), row.count(1), row.count(2), row.text(3), row.text(4), time_in(row, 5)});
  }
  return items;
}

std::vector<PausedItem> list_paused(Database& database) {
  return paused_in(database.read_one(paused_items_call()));
}

}  // namespace duroxide::postgres
