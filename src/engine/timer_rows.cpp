#include "engine/timer_rows.hpp"

#include <utility>

#include "engine/execution_rows.hpp"
#include "engine/rows.hpp"
#include "model/kinds.hpp"

namespace duroxide::storage {

void add_delayed(Transaction& transaction, const TimerRow& row, model::SharedBytes item) {
  transaction.batch().put(Table::timers, row.bytes(), std::move(item));
  transaction.batch().put(Table::delayed, row.delayed_bytes(), {});
  transaction.outcome().timers_touched = true;
}

void erase_timer(Transaction& transaction, const TimerRow& row) {
  transaction.batch().erase(Table::timers, row.bytes());
  transaction.batch().erase(Table::delayed, row.delayed_bytes());
  transaction.outcome().timers_touched = true;
}

std::vector<TimerRow> timers_of(Transaction& transaction, Number number,
                                const InstanceRecord& record) {
  std::vector<TimerRow> rows;
  for (const std::string& key : keys_of(transaction.batch(), Table::delayed, make_key(number))) {
    if (const auto row = TimerRow::parse_delayed(key)) {
      rows.push_back(*row);
    }
  }
  if (record.status != ExecutionStatus::running) {
    return rows;  // its other timers ended with it
  }
  if (record.start_due) {
    rows.push_back({*record.start_due, number, 0, 0});
  }
  if (record.event_count == 0) {
    return rows;
  }
  if (const auto open = read_open_steps(transaction, number, record)) {
    for (const model::OpenStep& step : open->steps) {
      if (model::errand_of(step.what.index()) == model::Errand::timer) {
        rows.push_back(
            {model::whereabouts_of(step.what).due, number, record.execution, step.event_id});
      }
    }
    return rows;
  }
  // Its history cannot be read, so the whole queue is looked through.
  transaction.batch().scan(Table::timers, {}, [&](std::string_view key, model::BytesView) {
    const auto row = TimerRow::parse(key);
    if (row && row->number == number) {
      rows.push_back(*row);
    }
    return true;
  });
  return rows;
}

}  // namespace duroxide::storage
