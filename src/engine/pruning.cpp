#include "engine/pruning.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace duroxide::storage {

namespace {

struct EndedExecution {
  std::uint64_t execution = 0;
  std::uint64_t event_count = 0;
};

/// So many are looked up at a time.
constexpr std::size_t executions_at_a_time = 64;

void drop_execution(Transaction& transaction, Number number, std::uint64_t execution,
                    std::uint64_t event_count) {
  const auto key = make_key(number, execution);
  std::vector<std::string> rows;
  transaction.batch().scan(Table::history, key, [&](std::string_view row, model::BytesView) {
    rows.emplace_back(row);
    return true;
  });
  for (const std::string& row : rows) {
    transaction.batch().erase(Table::history, row);
  }
  transaction.batch().erase(Table::executions, key);
  transaction.batch().erase(Table::results, key);
  transaction.instances().count_events(-static_cast<std::int64_t>(event_count));
}

}  // namespace

void check_prune(const PruneOptions& options) {
  if (!options.keep_last && !options.completed_before) {
    throw_invalid("say what to drop: set `keep_last`, `completed_before` or both");
  }
}

bool drop_executions(Transaction& transaction, Number number, const InstanceRecord& record,
                     const PruneOptions& options, std::size_t most_rows, PruneResult& pruned,
                     bool tells_of_damage) {
  // Executions are numbered in the order in which they end. The current one is the newest of those
  // that are kept.
  const std::uint64_t current = record.execution;
  const std::uint64_t kept = std::max<std::uint64_t>(options.keep_last.value_or(1), 1);
  std::uint64_t from = 0;
  bool dropped_any = false;
  std::uint64_t damaged = 0;
  std::string damage;
  while (true) {
    std::vector<EndedExecution> old;
    transaction.batch().scan(
        Table::executions, make_key(number), make_key(number, from),
        [&](std::string_view key, std::string_view bytes) {
          const std::uint64_t execution = number_at(key, 8);
          if (execution >= current || current - execution < kept ||
              old.size() == executions_at_a_time) {
            return false;
          }
          const auto ended = decode_execution(bytes);
          if (!ended) {
            damage = "execution " + std::to_string(execution) + ": " + ended.error().what;
            ++damaged;
            return true;
          }
          if (options.completed_before && ended->ended_at >= *options.completed_before) {
            return false;
          }
          old.push_back({execution, ended->event_count});
          return true;
        });
    for (const auto& [execution, event_count] : old) {
      if (std::exchange(dropped_any, true) && transaction.batch().mark().rows >= most_rows) {
        return false;
      }
      drop_execution(transaction, number, execution, event_count);
      ++pruned.executions_deleted;
      pruned.events_deleted += event_count;
    }
    if (old.size() < executions_at_a_time) {
      break;
    }
    from = old.back().execution + 1;
  }
  if (damaged > 0 && tells_of_damage) {
    transaction.log(LogLevel::warn,
                    std::to_string(damaged) +
                        " old executions cannot be read, and are kept; the last is " + damage +
                        "; verify the store, and delete the instance to be rid of them",
                    record.id);
  }
  return true;
}

void drop_executions_with_turn(Transaction& transaction, Number number,
                               const InstanceRecord& record, const PruneOptions& options) {
  const std::size_t most_rows =
      transaction.batch().mark().rows + transaction.options().rows_dropped_with_turn;
  (void)transaction.unless_damaged(record.id, [&] {
    PruneResult pruned;
    // Silent of damage, which would be told with each turn; `verify` tells of it.
    (void)drop_executions(transaction, number, record, options, most_rows, pruned, false);
  });
}

}  // namespace duroxide::storage
