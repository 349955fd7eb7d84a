#include "postgres/verification.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "model/lent_thread.hpp"
#include "postgres/instance_verification.hpp"
#include "postgres/refusals.hpp"
#include "postgres/wire_types.hpp"

namespace duroxide::postgres {

namespace {

constexpr std::size_t most_problems = 1000;
/// Instances that are checked at once, with all that they have.
constexpr std::int64_t part_size = 200;

/// What no row of one instance shows: rows of what is not there, and numbers that are the sum of others. Each
/// gives the number of an instance, its id if it has one, and what is wrong.
struct Crossing {
  const char* table;
  const char* name;
  const char* text;
};

#define OWNERLESS(table)                                                          \
  {                                                                               \
#table, "ownerless_" #table,                                                  \
        "SELECT DISTINCT r.number, '', 'the instance of the row is not there'"    \
        " FROM " #table                                                           \
        " r WHERE NOT EXISTS (SELECT FROM instances i WHERE i.number = r.number)" \
        " LIMIT 1000"                                                             \
  }

constexpr Crossing crossings[] = {
    OWNERLESS(turns),
    OWNERLESS(history),
    OWNERLESS(executions),
    OWNERLESS(inbox),
    OWNERLESS(kept),
    OWNERLESS(work),
    OWNERLESS(timers),
    OWNERLESS(state),
    OWNERLESS(custom_status),
    OWNERLESS(event_keys),
    OWNERLESS(awaited),
    OWNERLESS(questions),
    OWNERLESS(instance_tags),
    {"instances", "no_turns_row",
     "SELECT i.number, i.id, 'the instance has no row in `turns`' FROM instances i"
     " WHERE NOT EXISTS (SELECT FROM turns t WHERE t.number = i.number) LIMIT 1000"},
    {"instances", "wrong_parent",
     "SELECT i.number, i.id, 'its parent''s number is that of another instance, or of none'"
     " FROM instances i LEFT JOIN instances p ON p.number = i.parent_number"
     " WHERE i.parent_number IS NOT NULL AND p.id IS DISTINCT FROM i.parent_id"
     "   AND EXISTS (SELECT FROM instances o WHERE o.id = i.parent_id) LIMIT 1000"},
    {"instance_tags", "wrong_tags",
     "SELECT i.number, i.id, 'its tags are listed otherwise than it has them' FROM instances i"
     " WHERE (SELECT count(*) FROM instance_tags g WHERE g.number = i.number"
     "   AND g.created_at = i.created_at AND g.tag = ANY (i.tags))"
     "  <> (SELECT count(DISTINCT t) FROM unnest(i.tags) t) LIMIT 1000"},
    {"awaited", "awaits_in_vain",
     "SELECT a.number, i.id, 'its end is waited for, but it has ended, or nobody waits there'"
     " FROM awaited a JOIN instances i ON i.number = a.number"
     " LEFT JOIN instances r ON r.number = a.reader"
     " WHERE i.status <> 0 OR r.status IS DISTINCT FROM 0 OR r.execution <> a.execution LIMIT "
     "1000"},
    {"turns", "leased_by_nobody",
     "SELECT t.number, i.id, 'its turn is leased by a process that is not there' FROM turns t"
     " JOIN instances i ON i.number = t.number"
     " WHERE t.process IS NOT NULL"
     "   AND NOT EXISTS (SELECT FROM processes p WHERE p.id = t.process) LIMIT 1000"},
    {"work", "work_leased_by_nobody",
     "SELECT w.number, i.id, 'an activity is leased by a process that is not there' FROM work w"
     " JOIN instances i ON i.number = w.number"
     " WHERE w.process IS NOT NULL"
     "   AND NOT EXISTS (SELECT FROM processes p WHERE p.id = w.process) LIMIT 1000"},
    {"counts", "wrong_counts",
     "SELECT 0::bigint, '', 'it counts ' || coalesce(c.n, 0) || ' instances `' ||"
     "  coalesce(c.orchestration, r.orchestration) || '` of status ' ||"
     "  coalesce(c.status, r.status) || ', there are ' || coalesce(r.n, 0)"
     " FROM (SELECT * FROM all_counts WHERE orchestration <> '' AND n <> 0) c"
     " FULL JOIN (SELECT orchestration, status, count(*) AS n FROM instances"
     "   GROUP BY orchestration, status) r"
     " ON r.orchestration = c.orchestration AND r.status = c.status"
     " WHERE c.n IS DISTINCT FROM r.n LIMIT 1000"},
    {"counts", "wrong_execution_counts",
     "SELECT 0::bigint, '', 'it counts ' || c.executions || ' executions with ' || c.events ||"
     "  ' events that have ended, there are ' || r.executions || ' with ' || r.events FROM"
     " (SELECT coalesce(sum(n) FILTER (WHERE status = -1), 0) AS executions,"
     "  coalesce(sum(n) FILTER (WHERE status = -2), 0) AS events FROM all_counts"
     "  WHERE orchestration = '') c,"
     " (SELECT count(*) AS executions, coalesce(sum(event_count), 0) AS events FROM executions) r"
     " WHERE c.executions <> r.executions OR c.events <> r.events"},
};

#undef OWNERLESS

void check_crossings(Database& database, Findings& findings) {
  std::vector<Call> calls;
  for (const Crossing& each : crossings) {
    calls.push_back({each.name, {}, each.text});
  }
  const Answers answers = database.read(std::move(calls));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    for (std::size_t each = 0; each < answers[i].size(); ++each) {
      const Rows::Row row = answers[i].row(each);
      findings.add(crossings[i].table, key_of({row.number(0)}), row.text(1), row.text(2));
    }
  }
}

/// Tells who asked how far it is. Gives whether to go on.
bool tell(const OnProgress& on_progress, const Progress& progress) {
  if (!on_progress) {
    return true;
  }
  const auto refuse = [](const std::string& what) -> bool {
    refuse_input("the progress callback of verify threw " + what);
  };
  // It is the user's, and runs on a thread of ours.
  const model::LentThread lent("a progress callback");
  try {
    return on_progress(progress);
  } catch (const std::exception& thrown) {
    return refuse(detail::words_of(thrown));
  } catch (...) {
    return refuse("something that is no exception");
  }
}

}  // namespace

void Findings::add(const char* table, std::string key, std::string instance, std::string what) {
  ++report_.problem_count;
  if (report_.problems.size() < most_problems) {
    report_.problems.push_back({table, std::move(key), std::move(instance), std::move(what)});
  }
}

VerifyReport verify_store(Database& database, const OnProgress& on_progress) {
  Findings findings;
  Progress progress;
  progress.total = database.read_one({"count_all_instances", {}, "SELECT count(*) FROM instances"})
                       .first()
                       .count(0);
  std::int64_t last = -1;
  for (bool goes_on = true; goes_on;) {
    const auto part = verify_part(database, last, part_size, findings);
    progress.done += part.instances;
    progress.total = std::max(progress.total, progress.done);
    if (!tell(on_progress, progress)) {
      findings.stop();
      return std::move(findings).take();
    }
    goes_on = part.instances == static_cast<std::uint64_t>(part_size);
    last = part.last;
  }
  check_crossings(database, findings);
  return std::move(findings).take();
}

}  // namespace duroxide::postgres
