// Dropping executions that have long ended.

#include <algorithm>
#include <utility>
#include <vector>

#include "provider/core/engine.hpp"

namespace duroxide::storage {

namespace {

struct Ended {
  std::uint64_t execution = 0;
  ExecutionRecord record;
};

}  // namespace

void Engine::prune_executions(const management::PruneExecutions& request,
                              ReplyTo<management::PruneExecutions> reply) {
  apply_for<PruneResult>("prune_executions", std::move(reply), [&] {
    const PruneOptions& options = request.options;
    require(options.keep_last || options.completed_before
                ? std::string()
                : "say what to drop: set `keep_last`, `completed_before` or both");
    const auto found = require_instance(request.instance);
    const Number number = found.number;
    std::vector<Ended> ended;
    batch_.scan(Table::executions, make_key(number),
                [&](std::string_view key, std::string_view bytes) {
                  auto record = decode_execution(bytes);
                  if (!record) {
                    throw_corrupt(Table::executions, key, record.error());
                  }
                  if (number_at(key, 8) != found.record.execution) {
                    ended.push_back({number_at(key, 8), std::move(*record)});
                  }
                  return true;
                });
    // The current execution is the newest of those that are kept.
    const std::size_t kept = std::max<std::size_t>(options.keep_last.value_or(1), 1) - 1;
    ended.resize(ended.size() - std::min(ended.size(), kept));
    PruneResult pruned;
    pruned.instances_processed = 1;
    for (const auto& [execution, record] : ended) {
      if (options.completed_before && record.ended_at >= *options.completed_before) {
        continue;
      }
      const auto key = make_key(number, execution);
      erase_all(Table::history, key);
      batch_.erase(Table::executions, key);
      batch_.erase(Table::results, key);
      instances_.count_events(-static_cast<std::int64_t>(record.event_count));
      ++pruned.executions_deleted;
      pruned.events_deleted += record.event_count;
    }
    return pruned;
  });
}

}  // namespace duroxide::storage
