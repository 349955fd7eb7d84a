#include "engine/deadline.hpp"

#include <algorithm>
#include <string>

#include "engine/messages.hpp"
#include "engine/timer_rows.hpp"
#include "model/encoding.hpp"
#include "model/limits.hpp"

namespace duroxide::storage {

void add_deadline(Transaction& transaction, Number number, InstanceRecord& record, Timestamp from,
                  const std::optional<std::uint64_t>& timeout_ms) {
  if (!timeout_ms) {
    return;
  }
  work::CancelInstance stop;
  stop.instance = record.id;
  stop.reason =
      "the instance has not ended within " + std::to_string(*timeout_ms) + " ms of its start";
  stop.timed_out = true;
  record.deadline = saturating_add(from, Milliseconds(static_cast<std::int64_t>(*timeout_ms)));
  add_delayed(transaction, TimerRow{*record.deadline, number, 0, deadline_id},
              model::encode_work_item(stop));
}

void erase_deadline(Transaction& transaction, Number number, InstanceRecord& record) {
  if (record.deadline) {
    erase_timer(transaction, TimerRow{*record.deadline, number, 0, deadline_id});
    record.deadline.reset();
  }
}

void reach_deadline(Transaction& transaction, const TimerRow& row, const WorkItem& item) {
  deliver_if_running(transaction, item, 0);
  if (const auto record = transaction.instances().load(row.number)) {
    InstanceRecord after = *record;
    after.deadline.reset();
    transaction.instances().update(row.number, *record, after);
  }
}

}  // namespace duroxide::storage
