#include "engine/instances.hpp"

#include <chrono>
#include <utility>
#include <vector>

#include "engine/counters.hpp"
#include "engine/history_reader.hpp"
#include "engine/values.hpp"
#include "model/random.hpp"

namespace duroxide::storage {

Number decode_number(std::string_view id, std::string_view bytes) {
  if (bytes.size() != 8) {
    throw_corrupt(
        Table::ids, id,
        "the number of the instance has " + std::to_string(bytes.size()) + " bytes instead of 8");
  }
  return number_at(bytes, 0);
}

namespace {

InstanceRecord decode_checked(std::string_view key, std::string_view bytes) {
  return require_readable(Table::instances, key, decode_instance(bytes));
}

}  // namespace

OrchestrationStatus load_state(const ReadView& view, Number number, const InstanceRecord& record) {
  if (record.status == ExecutionStatus::running) {
    return OrchestrationStatus(OrchestrationStatus::Running{});
  }
  const auto key = make_key(number, record.execution);
  const auto bytes = view.get(Table::results, key);
  if (!bytes) {
    throw_corrupt(Table::results, key, "the instance has ended but has no result");
  }
  return require_readable(Table::results, key, decode_result(*bytes));
}

namespace {

/// `ended` finds the record of the execution if it is not the current one.
template <class Ended>
HistoryReader begin_history(const InstanceRecord& record, std::uint64_t execution,
                            const Ended& ended) {
  if (execution == record.execution) {
    return {record.id, execution, record.event_count};
  }
  const auto bytes = ended();
  const auto decoded =
      bytes ? decode_execution(*bytes) : model::flaw("there is no record of the execution");
  if (!decoded) {
    throw StorageFailure(ProviderError::Kind::corrupt,
                         "execution " + std::to_string(execution) + " of instance `" + record.id +
                             "` cannot be read: " + decoded.error().what);
  }
  return {record.id, execution, decoded->event_count};
}

}  // namespace

std::optional<Number> find_number(const ReadView& view, std::string_view id) {
  const auto bytes = view.get(Table::ids, id);
  return bytes ? std::optional(decode_number(id, *bytes)) : std::nullopt;
}

std::optional<InstanceRecord> load_instance(const ReadView& view, Number number) {
  const auto key = make_key(number);
  const auto bytes = view.get(Table::instances, key);
  return bytes ? std::optional(decode_checked(key, *bytes)) : std::nullopt;
}

std::optional<FoundInstance> find_readable(const ReadView& view, Number from) {
  const auto cursor = view.cursor(Table::instances);
  for (bool more = cursor->seek(make_key(from)); more; more = cursor->next()) {
    if (auto record = decode_instance(cursor->value())) {
      return FoundInstance{number_at(cursor->key(), 0), std::move(*record)};
    }
  }
  return std::nullopt;
}

std::optional<FoundInstance> last_readable(const ReadView& view) {
  const auto cursor = view.cursor(Table::instances);
  for (bool more = cursor->last(); more; more = cursor->prev()) {
    if (auto record = decode_instance(cursor->value())) {
      return FoundInstance{number_at(cursor->key(), 0), std::move(*record)};
    }
  }
  return std::nullopt;
}

OrchestrationStatus load_status(const ReadView& view, Number number) {
  const auto record = load_instance(view, number);
  if (!record) {
    return {};
  }
  auto custom = load_custom_status(view, number);
  return load_state(view, number, *record)
      .with_custom_status(std::move(custom.text), custom.version);
}

std::vector<Event> load_history(const ReadView& view, Number number, const InstanceRecord& record,
                                std::uint64_t execution) {
  const auto prefix = make_key(number, execution);
  HistoryReader history =
      begin_history(record, execution, [&] { return view.get(Table::executions, prefix); });
  const auto cursor = view.cursor(Table::history);
  for (bool more = cursor->seek(prefix); more && cursor->key().substr(0, prefix.size()) == prefix;
       more = cursor->next()) {
    history.add(cursor->key(), cursor->value());
  }
  return std::move(history).finish();
}

std::uint64_t new_incarnation() {
  std::uint64_t incarnation = 0;
  while (incarnation == 0) {
    incarnation = model::random_number();
  }
  return incarnation;
}

std::string status_key(ExecutionStatus status, Number number) {
  return make_key(static_cast<std::uint64_t>(status), number);
}

std::string name_key(std::string_view orchestration, ExecutionStatus status, Number number) {
  std::string key = name_prefix(orchestration);
  append_number(key, static_cast<std::uint64_t>(status));
  append_number(key, number);
  return key;
}

std::string tag_key(std::string_view tag, Number number) {
  std::string key = name_prefix(tag);
  append_number(key, number);
  return key;
}

Timestamp update_time(ExecutionStatus status, Timestamp updated_at) {
  return status == ExecutionStatus::running
             ? Timestamp(std::chrono::floor<std::chrono::seconds>(updated_at))
             : updated_at;
}

std::string update_key(ExecutionStatus status, Timestamp updated_at, Number number) {
  return make_key(static_cast<std::uint64_t>(status), sortable(update_time(status, updated_at)),
                  number);
}

std::optional<Number> Instances::find(std::string_view id) {
  const auto bytes = batch_.get(Table::ids, id);
  return bytes ? std::optional(decode_number(id, *bytes)) : std::nullopt;
}

std::optional<InstanceRecord> Instances::load(Number number) {
  const auto key = make_key(number);
  const auto bytes = batch_.get(Table::instances, key);
  return bytes ? std::optional(decode_checked(key, *bytes)) : std::nullopt;
}

std::vector<Event> Instances::load_history(Number number, const InstanceRecord& record,
                                           std::uint64_t execution) {
  const auto prefix = make_key(number, execution);
  HistoryReader history =
      begin_history(record, execution, [&] { return batch_.get(Table::executions, prefix); });
  batch_.scan(Table::history, prefix, [&](std::string_view key, model::BytesView bytes) {
    history.add(key, bytes);
    return true;
  });
  return std::move(history).finish();
}

void Instances::create(Number number, const InstanceRecord& record) {
  batch_.put_new(Table::ids, record.id, make_key(number));
  batch_.put_new(Table::instances, make_key(number), encode_instance(record));
  batch_.put_new(Table::by_status, status_key(record.status, number), {});
  batch_.put_new(Table::by_name, name_key(record.orchestration, record.status, number), {});
  batch_.put_new(Table::by_updated, update_key(record.status, record.updated_at, number), {});
  if (record.parent_number != 0) {
    batch_.put_new(Table::by_parent, make_key(record.parent_number, number), {});
  }
  for (const std::string& tag : record.tags) {
    batch_.put_new(Table::by_tag, tag_key(tag, number), {});
  }
  count(number, record, 1);
}

void Instances::update(Number number, const InstanceRecord& before, const InstanceRecord& after) {
  batch_.put(Table::instances, make_key(number), encode_instance(after));
  const bool new_status = before.status != after.status;
  if (new_status) {
    move(Table::by_status, status_key(before.status, number), status_key(after.status, number));
  }
  if (new_status || before.orchestration != after.orchestration) {
    move(Table::by_name, name_key(before.orchestration, before.status, number),
         name_key(after.orchestration, after.status, number));
    count(number, before, -1);
    count(number, after, 1);
  }
  if (new_status || update_time(before.status, before.updated_at) !=
                        update_time(after.status, after.updated_at)) {
    move(Table::by_updated, update_key(before.status, before.updated_at, number),
         update_key(after.status, after.updated_at, number));
  }
}

void Instances::remove(Number number, const InstanceRecord& record) {
  batch_.erase(Table::ids, record.id);
  batch_.erase(Table::instances, make_key(number));
  batch_.erase(Table::by_status, status_key(record.status, number));
  batch_.erase(Table::by_name, name_key(record.orchestration, record.status, number));
  batch_.erase(Table::by_updated, update_key(record.status, record.updated_at, number));
  if (record.parent_number != 0) {
    batch_.erase(Table::by_parent, make_key(record.parent_number, number));
  }
  for (const std::string& tag : record.tags) {
    batch_.erase(Table::by_tag, tag_key(tag, number));
  }
  count(number, record, -1);
}

void Instances::count_events(std::int64_t change) {
  batch_.count(event_counter, change);
}

void Instances::move(Table index, std::string_view from, std::string to) {
  batch_.erase(index, from);
  batch_.put(index, std::move(to), {});
}

void Instances::count(Number number, const InstanceRecord& record, std::int64_t change) {
  batch_.count(status_counter(record.status, block_of(number)), change);
  batch_.count(name_counter(record.orchestration, record.status, block_of(number)), change);
}

}  // namespace duroxide::storage
