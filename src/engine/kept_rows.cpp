#include "engine/kept_rows.hpp"

#include <utility>

#include "engine/rows.hpp"
#include "engine/set_aside.hpp"
#include "model/encoding.hpp"
#include "model/kept_messages.hpp"

namespace duroxide::storage {

void keep_row(Transaction& transaction, Table table, const std::string& key, Number number,
              std::uint64_t sequence, std::uint64_t execution) {
  const auto bytes = transaction.batch().get(table, key);
  if (!bytes) {
    return;
  }
  const auto item = model::decode_work_item(*bytes);
  if (!item) {
    set_aside(transaction, table, key, item.error().what);
  } else if (model::is_kept(*item, execution)) {
    transaction.batch().put(Table::kept, make_key(number, sequence), std::string(*bytes));
  }
}

void keep_message(Transaction& transaction, Number number, const WorkItem& item) {
  transaction.batch().put(Table::kept, make_key(number, transaction.numbers().next_sequence()),
                          model::encode_work_item_shared(item));
}

void keep_untaken(Transaction& transaction, const provider::AckOrchestrationItem& request,
                  const TurnLease& lease) {
  for (const auto place : request.untaken) {
    const auto sequence = lease.sequences.at(place);
    keep_row(transaction, Table::inbox, make_key(lease.number, sequence), lease.number, sequence,
             lease.execution);
  }
}

void keep_inbox(Transaction& transaction, Number number, std::uint64_t execution) {
  for (const std::string& key : keys_of(transaction.batch(), Table::inbox, make_key(number))) {
    keep_row(transaction, Table::inbox, key, number, number_at(key, 8), execution);
  }
}

void keep_delayed(Transaction& transaction, Number number, std::uint64_t execution) {
  for (const std::string& key : keys_of(transaction.batch(), Table::delayed, make_key(number))) {
    const auto row = TimerRow::parse_delayed(key);
    if (row && row->execution == 0 && row->id != 0) {
      keep_row(transaction, Table::timers, row->bytes(), number, row->id, execution);
    }
  }
}

std::vector<WorkItem> read_kept(Transaction& transaction, Number number) {
  std::vector<WorkItem> messages;
  std::vector<std::pair<std::string, model::Flaw>> unreadable;
  transaction.batch().scan(Table::kept, make_key(number),
                           [&](std::string_view key, std::string_view bytes) {
                             if (auto item = model::decode_work_item(bytes)) {
                               messages.push_back(std::move(*item));
                             } else {
                               unreadable.emplace_back(key, std::move(item).error());
                             }
                             return true;
                           });
  for (const auto& [key, flaw] : unreadable) {
    set_aside(transaction, Table::kept, key, flaw.what);
  }
  return messages;
}

}  // namespace duroxide::storage
