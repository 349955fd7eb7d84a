// Deleting many trees, several of them in one transaction, none of which lasts.

#include <utility>

#include "engine/engine.hpp"

namespace duroxide::storage {

void Engine::delete_trees(const management::DeleteTrees& request,
                          ReplyTo<management::DeleteTrees> reply) {
  apply_for<management::DeletedTrees>("delete_trees", std::move(reply), [&] {
    management::DeletedTrees done;
    const Timestamp began = clock_->now();
    for (const std::string& root : request.roots) {
      if (done.roots_deleted == request.limit ||
          (done.roots_seen > 0 && transaction_.has_done_enough(began))) {
        break;
      }
      const Transaction::Savepoint before = transaction_.savepoint();
      DeleteInstanceResult deleted = done.deleted;
      auto removal = TreeRemoval::left;
      (void)transaction_.unless_damaged(
          root, [&] { removal = delete_tree(root, request.force, deleted); });
      if (removal == TreeRemoval::is_large) {
        done.next_is_large = true;
        break;
      }
      if (before.batch.rows > 0 && batch_.mark().rows > options_.bulk_rows) {
        transaction_.go_back_to(
            before);  // too much to come on top: it is the first of the next transaction
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
    for (const std::string& key :
         keys_of(transaction_.batch(), Table::by_parent, make_key(parent))) {
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

}  // namespace duroxide::storage
