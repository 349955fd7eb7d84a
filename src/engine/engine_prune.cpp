// Dropping executions that have long ended.

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/engine.hpp"

namespace duroxide::storage {

namespace {

struct EndedExecution {
  std::uint64_t execution = 0;
  std::uint64_t event_count = 0;
};

/// So many are looked up at a time.
constexpr std::size_t executions_at_a_time = 64;

constexpr const char* prune_operation = "prune_executions";

}  // namespace

void Engine::check_prune(const PruneOptions& options) {
  if (!options.keep_last && !options.completed_before) {
    throw_invalid("say what to drop: set `keep_last`, `completed_before` or both");
  }
}

void Engine::prune_executions(const management::PruneExecutions& request,
                              ReplyTo<management::PruneExecutions> reply) {
  prune_on(request, PruneResult{1, 0, 0}, std::move(reply));
}

void Engine::prune_on(const management::PruneExecutions& request, const PruneResult& so_far,
                      ReplyTo<management::PruneExecutions> reply) {
  struct Step {
    PruneResult pruned;
    bool is_finished = false;
  };
  // Once a step is committed, the next is asked for, so that what else waits comes in between.
  const auto go_on = [this, request, reply = std::move(reply)](const provider::Answer<Step>& step) {
    if (!step) {
      reply(failure(step.error()));
    } else if (step->is_finished) {
      reply(step->pruned);
    } else if (closing_) {
      reply(failure(closed_error(prune_operation)));
    } else {
      prune_on(request, step->pruned, reply);
    }
  };
  apply_for<Step>(prune_operation, go_on, [&] {
    check_prune(request.options);
    const auto found = require_instance(request.instance);
    Step step{so_far};
    step.is_finished = drop_executions(found.number, found.record, request.options,
                                       options_.bulk_rows, step.pruned, true);
    if (step.pruned.executions_deleted > so_far.executions_deleted) {
      request_makes_room_ = true;
    }
    return step;
  });
}

bool Engine::drop_executions(Number number, const InstanceRecord& record,
                             const PruneOptions& options, std::size_t most_rows,
                             PruneResult& pruned, bool tells_of_damage) {
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
    batch_.scan(Table::executions, make_key(number), make_key(number, from),
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
      if (std::exchange(dropped_any, true) && batch_.mark().rows >= most_rows) {
        return false;
      }
      drop_execution(number, execution, event_count);
      ++pruned.executions_deleted;
      pruned.events_deleted += event_count;
    }
    if (old.size() < executions_at_a_time) {
      break;
    }
    from = old.back().execution + 1;
  }
  if (damaged > 0 && tells_of_damage) {
    log(LogLevel::warn,
        std::to_string(damaged) + " old executions cannot be read, and are kept; the last is " +
            damage + "; verify the store, and delete the instance to be rid of them",
        record.id);
  }
  return true;
}

void Engine::drop_execution(Number number, std::uint64_t execution, std::uint64_t event_count) {
  const auto key = make_key(number, execution);
  erase_all(Table::history, key);
  batch_.erase(Table::executions, key);
  batch_.erase(Table::results, key);
  instances_.count_events(-static_cast<std::int64_t>(event_count));
}

void Engine::drop_executions_with_turn(Number number, const InstanceRecord& record,
                                       const PruneOptions& options) {
  const std::size_t most_rows = batch_.mark().rows + options_.rows_dropped_with_turn;
  (void)unless_damaged(record.id, [&] {
    PruneResult pruned;
    // Silent of damage, which would be told with each turn; `verify` tells of it.
    (void)drop_executions(number, record, options, most_rows, pruned, false);
  });
}

}  // namespace duroxide::storage
