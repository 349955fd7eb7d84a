// Keeping the messages of instances that fail, and giving them back.

#include <utility>

#include "model/encoding.hpp"
#include "provider/core/engine.hpp"
#include "provider/core/kept_messages.hpp"

namespace duroxide::storage {

void Engine::keep_row(Table table, const std::string& key, Number number, std::uint64_t sequence,
                      std::uint64_t execution) {
  const auto bytes = batch_.get(table, key);
  if (!bytes) {
    return;
  }
  const auto item = model::decode_work_item(*bytes);
  if (!item) {
    set_aside(table, key, item.error());
  } else if (is_kept(*item, execution)) {
    batch_.put(Table::kept, make_key(number, sequence), std::string(*bytes));
  }
}

void Engine::keep_message(Number number, const WorkItem& item) {
  batch_.put(Table::kept, make_key(number, next_sequence()), model::encode_work_item(item));
}

void Engine::keep_untaken(const provider::AckOrchestrationItem& request, const TurnLease& lease) {
  for (const auto place : request.untaken) {
    const auto sequence = lease.sequences.at(place);
    keep_row(Table::inbox, make_key(lease.number, sequence), lease.number, sequence,
             lease.execution);
  }
}

void Engine::keep_inbox(Number number, std::uint64_t execution) {
  for (const std::string& key : keys_of(Table::inbox, make_key(number))) {
    keep_row(Table::inbox, key, number, number_at(key, 8), execution);
  }
}

void Engine::keep_delayed(Number number, std::uint64_t execution) {
  for (const std::string& key : keys_of(Table::delayed, make_key(number))) {
    const auto row = TimerRow::parse_delayed(key);
    if (row && row->execution == 0 && row->id != 0) {
      keep_row(Table::timers, row->bytes(), number, row->id, execution);
    }
  }
}

std::vector<WorkItem> Engine::read_kept(Number number) {
  std::vector<WorkItem> messages;
  std::vector<std::pair<std::string, std::string>> unreadable;
  batch_.scan(Table::kept, make_key(number), [&](std::string_view key, std::string_view bytes) {
    if (auto item = model::decode_work_item(bytes)) {
      messages.push_back(std::move(*item));
    } else {
      unreadable.emplace_back(key, std::move(item).error());
    }
    return true;
  });
  for (const auto& [key, why] : unreadable) {
    set_aside(Table::kept, key, why);
  }
  return messages;
}

}  // namespace duroxide::storage
