#include "engine/quarantine_rows.hpp"

#include <vector>

#include "engine/activity_rows.hpp"

namespace duroxide::storage {

void put_in_quarantine(Transaction& transaction, const std::string& key, const std::string& reason,
                       const std::string& activity_name) {
  QuarantineRecord record{reason, transaction.now(), activity_name};
  if (const auto bytes = transaction.batch().get(Table::quarantine, key)) {
    // Handed out to be cancelled, and given back: it has been there all the time.
    if (const auto before = decode_quarantine(*bytes)) {
      record.since = before->since;
    }
  }
  transaction.batch().put(Table::quarantine, key, encode_quarantine(record));
  transaction.outcome().quarantine_touched = true;
}

void drop_quarantined(Transaction& transaction, Number number, bool instance_ended) {
  if (!transaction.quarantine().any_of(number)) {
    return;
  }
  std::vector<WorkKey> activities;
  transaction.batch().scan(Table::quarantine, make_key(number),
                           [&](std::string_view key, std::string_view) {
                             if (const auto activity = WorkKey::parse(key)) {
                               activities.push_back(*activity);
                             }
                             return true;
                           });
  for (const WorkKey& key : activities) {
    remove_work(transaction, key, false);
  }
  if (instance_ended) {
    transaction.batch().erase(Table::quarantine, make_key(number));
    transaction.outcome().quarantine_touched = true;
  }
}

}  // namespace duroxide::storage
