#include "engine/start_timeout.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "engine/activity_rows.hpp"
#include "engine/messages.hpp"
#include "engine/timer_rows.hpp"
#include "engine/work_dispatch.hpp"
#include "model/activity_failure.hpp"
#include "model/encoding.hpp"

namespace duroxide::storage {

namespace {

std::string start_row_value(work::ActivityExecute item) {
  item.input = Payload();
  return model::encode_work_item(item);
}

/// None also if it may begin for ever, or cannot be read: then whoever is handed it finds out.
std::optional<work::ActivityExecute> find_with_start_due(Transaction& transaction,
                                                         const WorkKey& key) {
  try {
    const auto bytes = transaction.batch().get(Table::work, key.bytes());
    auto row = bytes ? decode_activity_row(*bytes) : model::flaw("it has ended");
    return row && row->item.start_due ? std::optional(std::move(row->item)) : std::nullopt;
  } catch (const StorageFailure&) {
    return std::nullopt;
  }
}

/// False if there is no room.
bool put_start_row_back(Transaction& transaction, const WorkKey& key) {
  auto item = find_with_start_due(transaction, key);
  if (!item) {
    return true;
  }
  const TimerRow row{*item->start_due, key.number, key.execution, key.event_id};
  std::string value = start_row_value(std::move(*item));
  try {
    transaction.batch().make_room(value.size() + row.bytes().size() + row.delayed_bytes().size() +
                                  2 * bytes_of_change);
  } catch (const std::exception&) {
    return false;
  }
  add_delayed(transaction, row, std::move(value));
  return true;
}

}  // namespace

void watch_start(Transaction& transaction, Number number, work::ActivityExecute& item) {
  item.start_due.reset();
  if (!item.timeouts || item.timeouts->start_ms == 0) {
    return;
  }
  // The record of a turn may say anything.
  const auto longest = static_cast<std::uint64_t>(max_delay.count());
  const auto allowed = std::min<std::uint64_t>(item.timeouts->start_ms, longest);
  item.start_due =
      saturating_add(transaction.now(), Milliseconds(static_cast<std::int64_t>(allowed)));
  add_delayed(transaction, TimerRow{*item.start_due, number, item.execution_id, item.id},
              start_row_value(item));
}

void reach_start_due(Transaction& transaction, const TimerRow& row) {
  const WorkKey key{row.number, row.execution, row.id};
  const auto bytes = transaction.batch().get(Table::work, key.bytes());
  const auto found = bytes ? decode_activity_row(*bytes) : model::flaw("it has ended");
  // Another time is that of a later schedule, after a rewind.
  if (!found || found->item.start_due != row.due || has_been_handed_out(transaction, key, *found)) {
    return;
  }
  deliver_if_running(transaction,
                     model::failed_activity(found->item, model::not_begun_in_time(found->item)),
                     row.execution);
  remove_work(transaction, key, false);
}

void first_delivery_taken_back(Transaction& transaction, const WorkLease& lease) {
  if (lease.attempt != 1) {
    return;
  }
  const auto item = find_with_start_due(transaction, lease.work.key);
  if (item && *item->start_due <= transaction.now()) {
    transaction.work().starts_to_watch.insert(lease.work.key);
    transaction.timing().changed();
  }
}

void watch_starts_again(Transaction& transaction) {
  auto& keys = transaction.work().starts_to_watch;
  while (!keys.empty() && put_start_row_back(transaction, *keys.begin())) {
    keys.erase(keys.begin());
  }
}

}  // namespace duroxide::storage
