#include "upkeep/counter_check.hpp"

#include <optional>

#include "engine/counters.hpp"
#include "engine/instances.hpp"
#include "engine/records.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

constexpr std::uint64_t records_between_looks = 1024;

/// The part of an index that a counter counts.
struct Counted {
  Table index;
  std::string from;
  std::string end;
};

std::optional<Counted> read_key(std::string_view key) {
  if (key.size() < 10) {
    return std::nullopt;
  }
  const auto status = static_cast<ExecutionStatus>(key[key.size() - 9]);
  const Number first = number_at(key, key.size() - 8) * numbers_per_block;
  const Number end = first + numbers_per_block;
  if (key.front() == 's' && key.size() == 10) {
    return Counted{Table::by_status, status_key(status, first), status_key(status, end)};
  }
  if (key.front() == 'n' && key.size() > 11 && key[key.size() - 10] == '\0') {
    const auto name = key.substr(1, key.size() - 11);
    return Counted{Table::by_name, name_key(name, status, first), name_key(name, status, end)};
  }
  return std::nullopt;
}

}  // namespace

model::Checked check_counter(const ReadView& view, std::string_view key, std::string_view value) {
  if (value.size() != 8) {
    return model::flaw("its number has " + std::to_string(value.size()) + " bytes instead of 8");
  }
  if (key == event_counter) {
    return {};
  }
  const auto counted = read_key(key);
  if (!counted) {
    return model::flaw("there is no such counter");
  }
  std::uint64_t count = 0;
  const auto cursor = view.cursor(counted->index);
  for (bool more = cursor->seek(counted->from); more && cursor->key() < counted->end;
       more = cursor->next()) {
    ++count;
  }
  if (count != number_at(value, 0)) {
    return model::flaw("it counts " + std::to_string(number_at(value, 0)) + ", there are " +
                       std::to_string(count));
  }
  return {};
}

model::Checked check_event_count(const KvStore& store, const ReadView& view) {
  std::uint64_t events = 0;
  std::uint64_t records = 0;
  for (const Table table : {Table::instances, Table::executions}) {
    const auto cursor = view.cursor(table);
    for (bool more = cursor->seek({}); more; more = cursor->next()) {
      if (++records % records_between_looks == 0 && store.wants_snapshots_back()) {
        return {};
      }
      if (table == Table::executions) {
        const auto record = decode_execution(cursor->value());
        events += record ? record->event_count : 0;
      } else if (const auto record = decode_instance(cursor->value());
                 record && record->status == ExecutionStatus::running) {
        events += record->event_count;  // of what has ended, its last execution has a record
      }
    }
  }
  const auto counted = count_of(view, event_counter);
  if (counted != events) {
    return model::flaw("it counts " + std::to_string(counted) + " events, there are " +
                       std::to_string(events));
  }
  return {};
}

}  // namespace duroxide::storage
