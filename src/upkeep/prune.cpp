#include "upkeep/prune.hpp"

#include <utility>

#include "engine/engine.hpp"
#include "engine/pruning.hpp"

namespace duroxide::storage {

namespace {

constexpr const char* prune_operation = "prune_executions";

enum class Pruning : std::uint8_t { done, left, unfinished };

Pruning prune_one(Transaction& transaction, const std::string& instance,
                  const PruneOptions& options, PruneResult& pruned) {
  const auto number = transaction.instances().find(instance);
  const auto record = number ? transaction.instances().load(*number) : std::nullopt;
  if (!record) {
    return Pruning::left;
  }
  const auto before = pruned.executions_deleted;
  const bool is_finished = drop_executions(transaction, *number, *record, options,
                                           transaction.options().bulk_rows, pruned, true);
  if (pruned.executions_deleted > before) {
    transaction.take_out_old();
  }
  if (!is_finished) {
    return Pruning::unfinished;
  }
  ++pruned.instances_processed;
  return Pruning::done;
}

void prune_on(Engine& engine, const management::PruneExecutions& request, const PruneResult& so_far,
              Reply<management::PruneExecutions::Response> reply) {
  struct Step {
    PruneResult pruned;
    bool is_finished = false;
  };
  // Once a step is committed, the next is asked for, so that what else waits comes in between.
  const auto go_on = [&engine, request,
                      reply = std::move(reply)](const provider::Answer<Step>& step) {
    if (!step) {
      reply(failure(step.error()));
    } else if (step->is_finished) {
      reply(step->pruned);
    } else if (engine.is_closing()) {
      reply(failure(engine.closed_error(prune_operation)));
    } else {
      prune_on(engine, request, step->pruned, reply);
    }
  };
  engine.apply_for<Step>(prune_operation, go_on, [&](Transaction& transaction) {
    check_prune(request.options);
    const auto found = transaction.require_instance(request.instance);
    Step step{so_far};
    step.is_finished = drop_executions(transaction, found.number, found.record, request.options,
                                       transaction.options().bulk_rows, step.pruned, true);
    if (step.pruned.executions_deleted > so_far.executions_deleted) {
      transaction.take_out_old();
    }
    return step;
  });
}

}  // namespace

management::PrunedInstances prune_instances(Transaction& transaction,
                                            const management::PruneInstances& request) {
  check_prune(request.options);
  management::PrunedInstances done;
  const Timestamp began = transaction.now();
  for (const std::string& instance : request.instances) {
    if (done.instances_pruned == request.limit ||
        (done.instances_seen > 0 && transaction.has_done_enough(began))) {
      break;
    }
    PruneResult pruned = done.pruned;
    auto pruning = Pruning::left;
    if (transaction.unless_damaged(instance, [&] {
          pruning = prune_one(transaction, instance, request.options, pruned);
        })) {
      done.instances_pruned +=
          pruning == Pruning::done && pruned.executions_deleted > done.pruned.executions_deleted
              ? 1
              : 0;
      done.pruned = pruned;
    }
    if (pruning == Pruning::unfinished) {
      break;  // the rest of it is for the next transaction
    }
    ++done.instances_seen;
  }
  return done;
}

void prune_executions(Engine& engine, const management::PruneExecutions& request,
                      Reply<management::PruneExecutions::Response> reply) {
  prune_on(engine, request, PruneResult{1, 0, 0}, std::move(reply));
}

}  // namespace duroxide::storage
