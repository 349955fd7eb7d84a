#include "engine/start_timeout.hpp"

#include <utility>

#include "engine/activity_rows.hpp"
#include "engine/messages.hpp"
#include "engine/timer_rows.hpp"
#include "engine/work_dispatch.hpp"
#include "model/activity_failure.hpp"
#include "model/encoding.hpp"

namespace duroxide::storage {

void watch_start(Transaction& transaction, Number number, work::ActivityExecute& item) {
  item.start_due.reset();
  if (!item.timeouts || item.timeouts->start_ms == 0) {
    return;
  }
  item.start_due = saturating_add(transaction.now(),
                                  Milliseconds(static_cast<std::int64_t>(item.timeouts->start_ms)));
  work::ActivityExecute watched = item;
  watched.input = Payload();
  add_delayed(transaction, TimerRow{*item.start_due, number, item.execution_id, item.id},
              model::encode_work_item(watched));
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

}  // namespace duroxide::storage
