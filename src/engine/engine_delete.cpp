// Deleting instances, with every row that they have.

#include <set>
#include <utility>

#include "engine/engine.hpp"

namespace duroxide::storage {

namespace {
using Kind = ProviderError::Kind;
}  // namespace

void Engine::delete_instances(const management::DeleteInstances& request,
                              ReplyTo<management::DeleteInstances> reply) {
  apply_for<DeleteInstanceResult>("delete_instances", std::move(reply), [&] {
    const auto doomed = find_deletable(request);
    DeleteInstanceResult deleted;
    for (const auto& [number, record] : doomed) {
      delete_instance(number, record, deleted);
    }
    return deleted;
  });
}

std::map<Number, InstanceRecord> Engine::find_deletable(
    const management::DeleteInstances& request) {
  std::map<Number, InstanceRecord> doomed;
  for (const std::string& id : request.instances) {
    auto [number, record] = transaction_.require_instance(id);
    if (record.status == ExecutionStatus::running && !request.force) {
      throw StorageFailure(Kind::invalid_input,
                           "the instance `" + id +
                               "` is running; cancel or terminate it first, or delete with force");
    }
    doomed.emplace(number, std::move(record));
  }
  for (const auto& [number, record] : doomed) {
    for (const std::string& key :
         keys_of(transaction_.batch(), Table::by_parent, make_key(number))) {
      const Number child = number_at(key, 8);
      if (!doomed.contains(child)) {
        const auto found = instances_.load(child);
        throw StorageFailure(Kind::invalid_input,
                             "the instance `" + record.id + "` has the child `" +
                                 (found ? found->id : std::to_string(child)) +
                                 "`, which is not to be deleted with it; read the tree again");
      }
    }
  }
  return doomed;
}

void Engine::delete_instance(Number number, const InstanceRecord& record,
                             DeleteInstanceResult& deleted) {
  deleted.queue_messages_deleted += remove_waiting(transaction_, number, record);
  const auto prefix = make_key(number);
  deleted.queue_messages_deleted += erase_all(transaction_.batch(), Table::kept, prefix);
  std::set<std::uint64_t> executions{record.execution};
  std::uint64_t events = record.event_count;
  batch_.scan(Table::executions, prefix, [&](std::string_view key, std::string_view bytes) {
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
        Table::work, Table::attempts, Table::progress, Table::quarantine}) {
    erase_all(transaction_.batch(), table, prefix);
  }
  erase_set_aside(transaction_, number);
  instances_.remove(number, record);
  instances_.count_events(-static_cast<std::int64_t>(events));
  ++deleted.instances_deleted;
  deleted.executions_deleted += executions.size();
  deleted.events_deleted += events;
  note_change(transaction_, ChangeKind::deleted, record);
  transaction_.take_out_old();
  transaction_.after_applied([this, number] { outcome_.deleted.push_back(number); });
}

}  // namespace duroxide::storage
