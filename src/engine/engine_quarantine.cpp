// Quarantine: what was started too often without finishing.

#include <memory>
#include <utility>

#include "engine/engine.hpp"

namespace duroxide::storage {

void Engine::load_quarantine() {
  if (!quarantine_.worth_a_look()) {
    return;
  }
  try {
    quarantine_.load(batch_.committed());
  } catch (const StorageFailure& failed) {
    transaction_.log_unreadable(failed);
  }
}

void Engine::release_from_quarantine(const std::string& instance, CountReply reply) {
  const auto count = std::make_shared<std::uint64_t>(0);
  auto answer = [count, reply = std::move(reply)](const Done& done) {
    if (done) {
      reply(*count);
    } else {
      reply(failure(done.error()));
    }
  };
  apply("release_from_quarantine", std::move(answer), [&] {
    const auto number = instances_.find(instance);
    if (!number) {
      throw StorageFailure(ProviderError::Kind::instance_not_found,
                           "there is no instance `" + instance + "`");
    }
    std::vector<std::string> keys;
    batch_.scan(Table::quarantine, make_key(*number), [&](std::string_view key, std::string_view) {
      keys.emplace_back(key);
      return true;
    });
    for (const std::string& key : keys) {
      batch_.erase(Table::quarantine, key);
      outcome_.quarantine_touched = true;
      ++*count;
      if (const auto activity = WorkKey::parse(key)) {
        release_activity(*activity);
        continue;
      }
      store_attempts(transaction_, key, 0);
      transaction_.after_applied([this, number = *number] {
        counted_.turns.erase(number);
        outcome_.touched.insert(number);
        turns_.push_after_commit(number);
      });
    }
    transaction_.after_applied(
        [this, count, number = *number] { *count += bring_forward(number); });
  });
}

void Engine::release_activity(const WorkKey& key) {
  const auto row_key = key.bytes();
  const auto row = batch_.get(Table::work, row_key);
  if (!row) {
    return;
  }
  WorkRef work{key, lane_of_activity_row(*row)};
  // Not erased: the row itself may say that it was delivered once.
  batch_.put(Table::attempts, row_key, make_key(std::uint64_t{0}));
  transaction_.after_applied(
      [this, work = std::move(work), session = opening_of_activity_row(*row)] {
        work_.counts_to_write.erase(work.key);
        counted_.work.erase(work.key);
        outcome_.released_work.push_back({work, session});
      });
}

std::uint64_t Engine::bring_forward(Number number) {
  // What waits for a delay only because something is missing, which may be there now.
  const auto early = timers_.take_early([&](const TimerQueue::HeldBack& what) {
    if (const auto* instance = std::get_if<Number>(&what)) {
      return *instance == number && reasons_->find({number, 0, 0}).has_value();
    }
    const auto* work = std::get_if<WorkRef>(&what);
    return work != nullptr && work->key.number == number &&
           reasons_->find({number, work->key.execution, work->key.event_id}).has_value();
  });
  for (const auto& what : early) {
    if (const auto* work = std::get_if<WorkRef>(&what)) {
      work_.push(*work);
    } else {
      turns_.release(number);
    }
  }
  timers_.changed = timers_.changed || !early.empty();
  return early.size();
}

}  // namespace duroxide::storage
