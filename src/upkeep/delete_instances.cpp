#include "upkeep/delete_instances.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "engine/awaited_ends.hpp"
#include "engine/change_notes.hpp"
#include "engine/removal.hpp"
#include "engine/rows.hpp"
#include "engine/set_aside.hpp"

namespace duroxide::storage {

namespace {

/// By number. Throws if one of them must not be deleted.
std::map<Number, InstanceRecord> find_deletable(Transaction& transaction,
                                                const management::DeleteInstances& request) {
  std::map<Number, InstanceRecord> doomed;
  for (const std::string& id : request.instances) {
    auto [number, record] = transaction.require_instance(id);
    if (record.status == ExecutionStatus::running && !request.force) {
      throw StorageFailure(ProviderError::Kind::invalid_input,
                           "the instance `" + id +
                               "` is running; cancel or terminate it first, or delete with force");
    }
    doomed.emplace(number, std::move(record));
  }
  for (const auto& [number, record] : doomed) {
    for (const std::string& key :
         keys_of(transaction.batch(), Table::by_parent, make_key(number))) {
      const Number child = number_at(key, 8);
      if (!doomed.contains(child)) {
        const auto found = transaction.instances().load(child);
        throw StorageFailure(ProviderError::Kind::invalid_input,
                             "the instance `" + record.id + "` has the child `" +
                                 (found ? found->id : std::to_string(child)) +
                                 "`, which is not to be deleted with it; read the tree again");
      }
    }
  }
  return doomed;
}

}  // namespace

DeleteInstanceResult delete_instances(Transaction& transaction,
                                      const management::DeleteInstances& request) {
  const auto doomed = find_deletable(transaction, request);
  DeleteInstanceResult deleted;
  for (const auto& [number, record] : doomed) {
    delete_instance(transaction, number, record, deleted);
  }
  return deleted;
}

void delete_instance(Transaction& transaction, Number number, const InstanceRecord& record,
                     DeleteInstanceResult& deleted) {
  deleted.queue_messages_deleted += remove_waiting(transaction, number, record);
  const auto prefix = make_key(number);
  deleted.queue_messages_deleted += erase_all(transaction.batch(), Table::kept, prefix);
  std::set<std::uint64_t> executions{record.execution};
  std::uint64_t events = record.event_count;
  transaction.batch().scan(Table::executions, prefix,
                           [&](std::string_view key, std::string_view bytes) {
                             const std::uint64_t execution = number_at(key, 8);
                             // One that cannot be read goes all the same.
                             const auto ended = decode_execution(bytes);
                             if (executions.insert(execution).second && ended) {
                               events += ended->event_count;
                             }
                             return true;
                           });
  for (const Table table :
       {Table::history, Table::executions, Table::results, Table::values, Table::custom_status,
        Table::work, Table::attempts, Table::progress, Table::quarantine, Table::event_keys}) {
    erase_all(transaction.batch(), table, prefix);
  }
  tell_deletion(transaction, number, record);
  erase_set_aside(transaction, number);
  transaction.instances().remove(number, record);
  transaction.instances().count_events(-static_cast<std::int64_t>(events));
  ++deleted.instances_deleted;
  deleted.executions_deleted += executions.size();
  deleted.events_deleted += events;
  note_change(transaction, ChangeKind::deleted, record);
  transaction.take_out_old();
  transaction.after_applied(
      [&transaction, number] { transaction.outcome().deleted.push_back(number); });
}

}  // namespace duroxide::storage
