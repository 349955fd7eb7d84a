// Taking out what an instance has waiting, when it is ended or deleted from outside.

#include <utility>

#include "engine/engine.hpp"
#include "engine/pause.hpp"
#include "model/kinds.hpp"
#include "model/open_steps.hpp"

namespace duroxide::storage {

void Engine::add_delayed(const TimerRow& row, std::string item) {
  batch_.put(Table::timers, row.bytes(), std::move(item));
  batch_.put(Table::delayed, row.delayed_bytes(), {});
  outcome_.timers_touched = true;
}

void Engine::erase_timer(const TimerRow& row) {
  batch_.erase(Table::timers, row.bytes());
  batch_.erase(Table::delayed, row.delayed_bytes());
  outcome_.timers_touched = true;
}

std::vector<std::string> Engine::keys_of(Table table, std::string_view prefix) {
  std::vector<std::string> keys;
  batch_.scan(table, prefix, [&](std::string_view key, std::string_view) {
    keys.emplace_back(key);
    return true;
  });
  return keys;
}

std::uint64_t Engine::erase_all(Table table, std::string_view prefix) {
  const auto keys = keys_of(table, prefix);
  for (const std::string& key : keys) {
    batch_.erase(table, key);
  }
  return keys.size();
}

std::vector<TimerRow> Engine::timers_of(Number number, const InstanceRecord& record) {
  std::vector<TimerRow> rows;
  for (const std::string& key : keys_of(Table::delayed, make_key(number))) {
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
  if (const auto open = read_open_steps(number, record)) {
    for (const model::OpenStep& step : open->steps) {
      if (model::errand_of(step.what.index()) == model::Errand::timer) {
        rows.push_back(
            {model::whereabouts_of(step.what).due, number, record.execution, step.event_id});
      }
    }
    return rows;
  }
  // Its history cannot be read, so the whole queue is looked through.
  batch_.scan(Table::timers, {}, [&](std::string_view key, std::string_view) {
    const auto row = TimerRow::parse(key);
    if (row && row->number == number) {
      rows.push_back(*row);
    }
    return true;
  });
  return rows;
}

std::optional<model::OpenSteps> Engine::read_open_steps(Number number,
                                                        const InstanceRecord& record) {
  try {
    auto steps = model::find_open_steps(instances_.load_history(number, record, record.execution));
    return steps ? std::optional(std::move(*steps)) : std::nullopt;
  } catch (const StorageFailure& failed) {
    if (failed.error().kind != ProviderError::Kind::corrupt) {
      throw;
    }
    return std::nullopt;
  }
}

std::uint64_t Engine::remove_waiting(Number number, const InstanceRecord& record) {
  const std::string prefix = make_key(number);
  std::uint64_t removed = erase_all(Table::inbox, prefix);
  for (const std::string& key : keys_of(Table::work, prefix)) {
    ++removed;
    if (const auto activity = WorkKey::parse(key)) {
      remove_work(*activity, true);
    } else {
      batch_.erase(Table::work, key);
    }
  }
  for (const TimerRow& row : timers_of(number, record)) {
    if (batch_.contains(Table::timers, row.bytes())) {
      ++removed;
    }
    erase_timer(row);
  }
  batch_.erase(Table::attempts, prefix);
  drop_quarantined(number, true);
  end_pause(transaction_, PauseScope::of_instance(record.id));
  transaction_.after_applied([this, number] {
    if (const auto token = turns_.token_of(number)) {
      end_turn(*token);
    }
    turns_.clear_resident(number);
    turns_.clear_taken_up(number);
    counted_.turns.erase(number);
    outcome_.touched.insert(number);
    suspects_.turn_ended(number, false, clock_->now());
    release_suspects();
  });
  return removed;
}

}  // namespace duroxide::storage
