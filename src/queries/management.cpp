#include "queries/management.hpp"

#include "storage/keys.hpp"
#include "storage/paced_store.hpp"

namespace duroxide::storage {

FoundInstance find_instance(const ReadView& view, const std::string& instance) {
  const auto number = find_number(view, instance);
  if (!number) {
    throw StorageFailure(ProviderError::Kind::instance_not_found,
                         "there is no instance `" + instance + "`");
  }
  auto record = load_instance(view, *number);
  if (!record) {
    throw_corrupt(Table::instances, make_key(*number), "the record is gone");
  }
  return {*number, std::move(*record)};
}

Management Management::paced() const {
  Management other = *this;
  other.store_ = make_paced(store_);
  return other;
}

InstanceInfo Management::info(const std::string& instance) const {
  const auto view = store_->snapshot();
  const auto [number, record] = find_instance(*view, instance);
  InstanceInfo info;
  info.instance_id = record.id;
  info.orchestration_name = record.orchestration;
  info.orchestration_version = record.version;
  info.current_execution_id = record.execution;
  info.status = load_status(*view, number);
  info.created_at = record.created_at;
  info.updated_at = record.updated_at;
  if (record.parent) {
    info.parent_instance_id = record.parent->instance;
  }
  info.event_count = record.event_count;
  info.tags = record.tags;
  info.waiting_for = waiting_for(*view, number);
  const auto prefix = make_key(number);
  const auto kept = view->cursor(Table::kept);
  for (bool more = kept->seek(prefix); more && kept->key().starts_with(prefix);
       more = kept->next()) {
    ++info.kept_messages;
  }
  return info;
}

std::vector<std::uint64_t> Management::executions(const std::string& instance) const {
  const auto view = store_->snapshot();
  const auto found = find_instance(*view, instance);
  std::vector<std::uint64_t> executions;
  const auto prefix = make_key(found.number);
  const auto cursor = view->cursor(Table::executions);
  for (bool more = cursor->seek(prefix); more && cursor->key().substr(0, prefix.size()) == prefix;
       more = cursor->next()) {
    executions.push_back(number_at(cursor->key(), 8));
  }
  if (executions.empty() || executions.back() != found.record.execution) {
    executions.push_back(found.record.execution);
  }
  return executions;
}

std::vector<Event> Management::history(const std::string& instance,
                                       std::optional<std::uint64_t> wanted) const {
  const auto view = store_->snapshot();
  const auto found = find_instance(*view, instance);
  const std::uint64_t execution = wanted.value_or(found.record.execution);
  if (execution != found.record.execution &&
      !view->get(Table::executions, make_key(found.number, execution))) {
    throw StorageFailure(
        ProviderError::Kind::invalid_input,
        "the instance `" + instance + "` has no execution " + std::to_string(execution));
  }
  return load_history(*view, found.number, found.record, execution);
}

}  // namespace duroxide::storage
