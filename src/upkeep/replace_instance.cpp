#include "upkeep/replace_instance.hpp"

#include <map>
#include <string>
#include <utility>

#include "engine/enqueue.hpp"
#include "upkeep/delete_instances.hpp"
#include "upkeep/instance_tree.hpp"
#include "upkeep/terminate_instance.hpp"

namespace duroxide::storage {

namespace {

/// Whether code of another instance has scheduled it, and that still runs, to be told of its end. Who
/// has the parent's name by now may be somebody else.
bool is_waited_for(Transaction& transaction, const InstanceRecord& record) {
  if (!record.parent || record.parent->execution_id == 0 || record.parent_number == 0) {
    return false;
  }
  const auto number = transaction.instances().find(record.parent->instance);
  const auto parent =
      number == record.parent_number ? transaction.instances().load(*number) : std::nullopt;
  return parent && parent->status == ExecutionStatus::running;
}

void remove_existing(Transaction& transaction, const std::string& instance) {
  auto found = transaction.require_instance(instance);
  if (is_waited_for(transaction, found.record)) {
    throw StorageFailure(ProviderError::Kind::invalid_input,
                         "the instance `" + instance + "` is a child of `" +
                             found.record.parent->instance +
                             "`, which is told of its end; only a root can be replaced");
  }
  if (found.record.status == ExecutionStatus::running) {
    terminate_instance(transaction, {instance, "a new start has replaced it"});
    found = transaction.require_instance(instance);
  }
  std::map<Number, InstanceRecord> tree;
  if (find_tree(transaction, found.number, std::move(found.record), true, tree) ==
      TreeSearch::is_large) {
    throw StorageFailure(ProviderError::Kind::invalid_input,
                         "the instance `" + instance + "` has more than " +
                             std::to_string(transaction.options().most_in_tree) +
                             " descendants; delete it first");
  }
  DeleteInstanceResult deleted;
  for (const auto& [number, record] : tree) {
    delete_instance(transaction, number, record, deleted);
  }
}

}  // namespace

provider::StartedOrFound start_in_place(Transaction& transaction,
                                        const provider::StartOrFind& request) {
  const bool replaces = transaction.instances().find(request.start.instance).has_value();
  if (replaces) {
    remove_existing(transaction, request.start.instance);
  }
  provider::StartedOrFound started = start_or_find(transaction, request);
  started.replaced = replaces;
  return started;
}

}  // namespace duroxide::storage
