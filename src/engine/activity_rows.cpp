#include "engine/activity_rows.hpp"

#include <utility>

#include "engine/set_aside.hpp"
#include "engine/start_timeout.hpp"
#include "model/invariant.hpp"

namespace duroxide::storage {

void add_activity(Transaction& transaction, Number number, work::ActivityExecute item,
                  std::uint64_t incarnation) {
  item.incarnation = incarnation;
  watch_start(transaction, number, item);
  WorkRef work{{number, item.execution_id, item.id}, make_lane(item.tag, item.session)};
  transaction.batch().put_new(
      Table::work, work.key.bytes(),
      encode_activity_row_shared(ActivityRow{transaction.opening().id, 0, std::move(item)}));
  transaction.after_applied(
      [&transaction, work = std::move(work)] { transaction.outcome().new_work.push_back(work); });
}

void remove_work(Transaction& transaction, const WorkKey& key, bool cancelled) {
  const LookupKey row_key = key.lookup();
  transaction.batch().erase(Table::work, row_key);
  transaction.batch().erase(Table::attempts, row_key);
  transaction.batch().erase(Table::progress, row_key);
  if (transaction.quarantine().contains(key)) {
    transaction.batch().erase(Table::quarantine, row_key);
    transaction.outcome().quarantine_touched = true;
  }
  transaction.after_applied([&transaction, key, cancelled] {
    transaction.work().counts_to_write.erase(key);
    transaction.work_suspects().ended(key);
    transaction.reasons().clear({key.number, key.execution, key.event_id});
    const auto token = transaction.work().token_of(key);
    if (!token) {
      return;
    }
    const WorkLease* lease = transaction.work().find(*token);
    DUROXIDE_INVARIANT(lease != nullptr, "the lease of an activity is held");
    if (cancelled) {
      transaction.cancelled().add(lease->holder, *token);
    }
    transaction.work().end_lease(*token);
  });
}

std::optional<std::string> read_progress(Transaction& transaction, const WorkKey& key) {
  const LookupKey row_key = key.lookup();
  const auto bytes = transaction.batch().get(Table::progress, row_key);
  if (!bytes) {
    return std::nullopt;
  }
  auto progress = decode_progress(*bytes);
  if (!progress) {
    transaction.write_of_itself(
        [&] { set_aside(transaction, Table::progress, row_key, progress.error().what); });
    return std::nullopt;
  }
  return std::move(progress->details);
}

}  // namespace duroxide::storage
