#include "engine/release_from_quarantine.hpp"

#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "engine/attempts.hpp"
#include "engine/engine.hpp"
#include "engine/unregistered.hpp"

namespace duroxide::storage {

namespace {

void release_activity(Transaction& transaction, const WorkKey& key) {
  const auto row_key = key.bytes();
  const auto row = transaction.batch().get(Table::work, row_key);
  if (!row) {
    return;
  }
  WorkRef work{key, lane_of_activity_row(*row)};
  // Not erased: the row itself may say that it was delivered once.
  transaction.batch().put(Table::attempts, row_key, make_key(std::uint64_t{0}));
  transaction.after_applied(
      [&transaction, work = std::move(work), session = opening_of_activity_row(*row)] {
        transaction.work().counts_to_write.erase(work.key);
        transaction.counted().work.erase(work.key);
        transaction.outcome().released_work.push_back({work, session});
      });
}

std::uint64_t bring_forward(Transaction& transaction, Number number) {
  // What waits for a delay only because something is missing, which may be there now.
  const auto early = transaction.timers().take_early([&](const TimerQueue::HeldBack& what) {
    if (const auto* instance = std::get_if<Number>(&what)) {
      return *instance == number && transaction.reasons().find({number, 0, 0}).has_value();
    }
    const auto* work = std::get_if<WorkRef>(&what);
    return work != nullptr && work->key.number == number &&
           transaction.reasons()
               .find({number, work->key.execution, work->key.event_id})
               .has_value();
  });
  for (const auto& what : early) {
    if (const auto* work = std::get_if<WorkRef>(&what)) {
      transaction.unregistered_work().left.no_longer_held_back(work->key);
      transaction.work().push(*work);
    } else {
      transaction.unregistered_turns().left.no_longer_held_back(number);
      transaction.turns().release(number);
    }
  }
  transaction.timers().changed = transaction.timers().changed || !early.empty();
  try_unregistered_again(transaction);
  return early.size();
}

void release_all(Transaction& transaction, const std::string& instance,
                 const std::shared_ptr<std::uint64_t>& count) {
  const auto number = transaction.instances().find(instance);
  if (!number) {
    throw StorageFailure(ProviderError::Kind::instance_not_found,
                         "there is no instance `" + instance + "`");
  }
  std::vector<std::string> keys;
  transaction.batch().scan(Table::quarantine, make_key(*number),
                           [&](std::string_view key, std::string_view) {
                             keys.emplace_back(key);
                             return true;
                           });
  for (const std::string& key : keys) {
    transaction.batch().erase(Table::quarantine, key);
    transaction.outcome().quarantine_touched = true;
    ++*count;
    if (const auto activity = WorkKey::parse(key)) {
      release_activity(transaction, *activity);
      continue;
    }
    store_attempts(transaction, key, 0);
    transaction.after_applied([&transaction, number = *number] {
      transaction.counted().turns.erase(number);
      transaction.outcome().touched.insert(number);
      transaction.turns().push_after_commit(number);
    });
  }
  transaction.after_applied(
      [&transaction, count, number = *number] { *count += bring_forward(transaction, number); });
}

}  // namespace

void release_from_quarantine(Engine& engine, const provider::ReleaseFromQuarantine& request,
                             Reply<provider::Answer<std::uint64_t>> reply) {
  // Of what the request does to memory, too, which is after it has returned.
  const auto count = std::make_shared<std::uint64_t>(0);
  auto answer = [count, reply = std::move(reply)](const Done& done) {
    if (done) {
      reply(*count);
    } else {
      reply(failure(done.error()));
    }
  };
  engine.apply("release_from_quarantine", std::move(answer), [&](Transaction& transaction) {
    release_all(transaction, request.instance, count);
  });
}

}  // namespace duroxide::storage
