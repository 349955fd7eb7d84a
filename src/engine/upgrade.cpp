#include "engine/upgrade.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/instances.hpp"
#include "storage/batch.hpp"
#include "storage/format.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

constexpr std::size_t instances_per_commit = 1000;

/// Failed instances from a number on, at most as many as fit into one commit.
std::vector<Number> failed_from(const ReadView& view, Number first) {
  std::vector<Number> numbers;
  const auto prefix = make_key(static_cast<std::uint64_t>(ExecutionStatus::failed));
  const auto cursor = view.cursor(Table::by_status);
  for (bool more = cursor->seek(status_key(ExecutionStatus::failed, first));
       more && cursor->key().starts_with(prefix) && numbers.size() < instances_per_commit;
       more = cursor->next()) {
    numbers.push_back(number_at(cursor->key(), prefix.size()));
  }
  return numbers;
}

void mark_cancelled(Batch& batch, Number number) {
  const auto bytes = batch.get(Table::instances, make_key(number));
  const auto before = bytes ? decode_instance(*bytes) : model::flaw("there is no row");
  if (!before || !before->cancelled || before->status != ExecutionStatus::failed) {
    return;  // one that cannot be read stays what it was
  }
  InstanceRecord after = *before;
  after.status = ExecutionStatus::cancelled;
  after.cancelled = false;
  Instances(batch).update(number, *before, after);
  const auto key = make_key(number, before->execution);
  const auto ended = batch.get(Table::executions, key);
  if (auto execution = ended ? decode_execution(*ended) : model::flaw("there is no row")) {
    execution->status = ExecutionStatus::cancelled;
    batch.put(Table::executions, key, encode_execution(*execution));
  }
}

/// One commit.
void upgrade_some(KvStore& store, Number first) {
  std::vector<Number> numbers;
  {
    const auto view = store.writer_view();
    numbers = failed_from(*view, first);
  }
  Batch batch(store);
  for (const Number number : numbers) {
    mark_cancelled(batch, number);
  }
  const bool more = numbers.size() == instances_per_commit;
  // An earlier release must not open it from the first change on.
  const std::string format = std::string(format_magic) + make_key(store_format);
  if (batch.get(Table::meta, meta_keys::format) != format) {
    batch.put(Table::meta, std::string(meta_keys::format), format);
  }
  if (more) {
    batch.put(Table::meta, std::string(meta_keys::upgrade), make_key(numbers.back() + 1));
  } else {
    batch.erase(Table::meta, meta_keys::upgrade);
  }
  // Who cannot open a store on a full disk cannot delete anything from it either.
  batch.make_room(0, RoomFor::making_room);
  batch.commit();
}

}  // namespace

void upgrade_store(KvStore& store) {
  const auto next = [&store] {
    const auto view = store.writer_view();
    return first_to_upgrade(*view);
  };
  for (auto first = next(); first; first = next()) {
    upgrade_some(store, *first);
  }
}

}  // namespace duroxide::storage
