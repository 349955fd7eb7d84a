// What is done to many instances, several of them in one transaction, none of which lasts.

#include <utility>

#include "engine/engine.hpp"
#include "model/invariant.hpp"

namespace duroxide::storage {

Engine::Savepoint Engine::savepoint() const {
  return {batch_.mark(), effects_.size()};
}

void Engine::go_back_to(const Savepoint& point) {
  DUROXIDE_INVARIANT(point.effects <= effects_.size(),
                     "a request goes back to a savepoint of its own, the latest first");
  batch_.undo_to(point.batch);
  effects_.resize(point.effects);
}

bool Engine::has_done_enough(Timestamp began) const {
  return batch_.mark().rows >= options_.bulk_rows ||
         saturating_add(began, options_.longest_bulk) <= clock_->now();
}

void Engine::delete_trees(const management::DeleteTrees& request,
                          ReplyTo<management::DeleteTrees> reply) {
  apply_for<management::DeletedTrees>("delete_trees", std::move(reply), [&] {
    management::DeletedTrees done;
    const Timestamp began = clock_->now();
    for (const std::string& root : request.roots) {
      if (done.roots_deleted == request.limit || (done.roots_seen > 0 && has_done_enough(began))) {
        break;
      }
      const Savepoint before = savepoint();
      DeleteInstanceResult deleted = done.deleted;
      auto removal = TreeRemoval::left;
      (void)unless_damaged(root, [&] { removal = delete_tree(root, request.force, deleted); });
      if (removal == TreeRemoval::is_large) {
        done.next_is_large = true;
        break;
      }
      if (before.batch.rows > 0 && batch_.mark().rows > options_.bulk_rows) {
        go_back_to(before);  // too much to come on top: it is the first of the next transaction
        break;
      }
      ++done.roots_seen;
      if (removal == TreeRemoval::done) {
        done.deleted = deleted;
        ++done.roots_deleted;
      }
    }
    return done;
  });
}

model::Checked Engine::unless_damaged(const std::string& instance,
                                      const std::function<void()>& act) {
  const Savepoint before = savepoint();
  try {
    act();
    return {};
  } catch (const StorageFailure& failed) {
    if (failed.error().kind != ProviderError::Kind::corrupt) {
      throw;
    }
    go_back_to(before);
    log(LogLevel::warn,
        "the instance is damaged, and left as it is: " + failed.error().message +
            "; verify the store, and delete the instance by itself",
        instance);
    return model::flaw(failed.error().message);
  }
}

Engine::TreeRemoval Engine::delete_tree(const std::string& root, bool force,
                                        DeleteInstanceResult& deleted) {
  const auto number = instances_.find(root);
  auto record = number ? instances_.load(*number) : std::nullopt;
  if (!record || (record->parent && instances_.find(record->parent->instance))) {
    return TreeRemoval::left;
  }
  std::map<Number, InstanceRecord> tree;
  tree.emplace(*number, std::move(*record));
  std::vector<Number> to_look_at{*number};
  while (!to_look_at.empty()) {
    const Number parent = to_look_at.back();
    to_look_at.pop_back();
    if (!force && tree.at(parent).status == ExecutionStatus::running) {
      return TreeRemoval::left;
    }
    for (const std::string& key : keys_of(Table::by_parent, make_key(parent))) {
      const Number child = number_at(key, 8);
      auto found = instances_.load(child);
      if (!found) {
        throw_corrupt(Table::by_parent, key, "there is no such child");
      }
      if (tree.emplace(child, std::move(*found)).second) {
        to_look_at.push_back(child);
      }
      if (tree.size() > options_.most_in_tree) {
        return TreeRemoval::is_large;
      }
    }
  }
  for (const auto& [each, described] : tree) {
    delete_instance(each, described, deleted);
  }
  return TreeRemoval::done;
}

void Engine::prune_instances(const management::PruneInstances& request,
                             ReplyTo<management::PruneInstances> reply) {
  apply_for<management::PrunedInstances>("prune_instances", std::move(reply), [&] {
    check_prune(request.options);
    management::PrunedInstances done;
    const Timestamp began = clock_->now();
    for (const std::string& instance : request.instances) {
      if (done.instances_pruned == request.limit ||
          (done.instances_seen > 0 && has_done_enough(began))) {
        break;
      }
      PruneResult pruned = done.pruned;
      auto pruning = Pruning::left;
      if (unless_damaged(instance,
                         [&] { pruning = prune_one(instance, request.options, pruned); })) {
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
  });
}

Engine::Pruning Engine::prune_one(const std::string& instance, const PruneOptions& options,
                                  PruneResult& pruned) {
  const auto number = instances_.find(instance);
  const auto record = number ? instances_.load(*number) : std::nullopt;
  if (!record) {
    return Pruning::left;
  }
  const auto before = pruned.executions_deleted;
  const bool is_finished =
      drop_executions(*number, *record, options, options_.bulk_rows, pruned, true);
  if (pruned.executions_deleted > before) {
    request_makes_room_ = true;
  }
  if (!is_finished) {
    return Pruning::unfinished;
  }
  ++pruned.instances_processed;
  return Pruning::done;
}

}  // namespace duroxide::storage
