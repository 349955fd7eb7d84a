#include "upkeep/delete_trees.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "upkeep/delete_instances.hpp"
#include "upkeep/instance_tree.hpp"

namespace duroxide::storage {

namespace {

enum class TreeRemoval : std::uint8_t { done, left, is_large };

TreeRemoval delete_tree(Transaction& transaction, const std::string& root, bool force,
                        DeleteInstanceResult& deleted) {
  const auto number = transaction.instances().find(root);
  auto record = number ? transaction.instances().load(*number) : std::nullopt;
  if (!record || (record->parent && transaction.instances().find(record->parent->instance))) {
    return TreeRemoval::left;
  }
  std::map<Number, InstanceRecord> tree;
  switch (find_tree(transaction, *number, std::move(*record), force, tree)) {
    case TreeSearch::has_running:
      return TreeRemoval::left;
    case TreeSearch::is_large:
      return TreeRemoval::is_large;
    case TreeSearch::whole:
      break;
  }
  for (const auto& [each, described] : tree) {
    delete_instance(transaction, each, described, deleted);
  }
  return TreeRemoval::done;
}

}  // namespace

management::DeletedTrees delete_trees(Transaction& transaction,
                                      const management::DeleteTrees& request) {
  management::DeletedTrees done;
  const Timestamp began = transaction.now();
  for (const std::string& root : request.roots) {
    if (done.roots_deleted == request.limit ||
        (done.roots_seen > 0 && transaction.has_done_enough(began))) {
      break;
    }
    const Transaction::Savepoint before = transaction.savepoint();
    DeleteInstanceResult deleted = done.deleted;
    auto removal = TreeRemoval::left;
    (void)transaction.unless_damaged(
        root, [&] { removal = delete_tree(transaction, root, request.force, deleted); });
    if (removal == TreeRemoval::is_large) {
      done.next_is_large = true;
      break;
    }
    if (before.batch.rows > 0 &&
        transaction.batch().mark().rows > transaction.options().bulk_rows) {
      transaction.go_back_to(
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
}

}  // namespace duroxide::storage
