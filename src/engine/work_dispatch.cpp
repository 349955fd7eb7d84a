#include "engine/work_dispatch.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "engine/activity_rows.hpp"
#include "engine/attempts.hpp"
#include "engine/care.hpp"
#include "engine/resting.hpp"
#include "engine/set_aside.hpp"
#include "engine/unregistered.hpp"
#include "model/metrics.hpp"

namespace duroxide::storage {

namespace {

std::uint32_t stored_count(Transaction& transaction, const WorkKey& key, const ActivityRow& row) {
  if (const auto pending = transaction.work().counts_to_write.find(key);
      pending != transaction.work().counts_to_write.end()) {
    return pending->second;
  }
  const auto bytes = transaction.batch().get(Table::attempts, key.lookup());
  return bytes ? static_cast<std::uint32_t>(stored_number(*bytes)) : row.first_count;
}

void hand_out_work(Transaction& transaction, const WorkRef& work, WorkerQueue::ParkedFetch& fetch,
                   std::vector<provider::WorkerItem>& items, std::size_t& bytes) {
  const WorkKey& key = work.key;
  if (transaction.quarantine().contains(key)) {
    transaction.work_suspects().ended(key);
    return;  // its release makes it wait again
  }
  if (transaction.work().token_of(key)) {
    transaction.work_suspects().ended(key);
    return;  // left over from before a rewind has scheduled it again
  }
  const LookupKey row_key = key.lookup();
  if (transaction.batch().staged(Table::work, row_key) != nullptr) {
    transaction.work_suspects().ended(key);
    return;  // left over likewise, and what the rewind has scheduled waits for its commit
  }
  const auto found = transaction.batch().get(Table::work, row_key);
  if (!found) {
    transaction.work_suspects().ended(key);
    return;  // cancelled
  }
  auto row = decode_activity_row(*found);
  if (!row) {
    transaction.write_of_itself(
        [&] { set_aside(transaction, Table::work, row_key, row.error().what); });
    return;
  }
  if (transaction.unregistered_work().names.any() &&
      leave_to_another(transaction, work, fetch.filter.holder, row->item.name)) {
    return;
  }
  const auto row_bytes = found->size();
  const auto count = stored_count(transaction, key, *row);
  const bool counted = transaction.counted().work.contains(key);
  if (!counted && transaction.opening().after_crash && row->opening < transaction.opening().id) {
    if (!transaction.work_suspects().may_run(work, count)) {
      return;
    }
    // It may be what ended the process: count first, hand out after.
    transaction.write_of_itself([&] { store_attempts(transaction, key.bytes(), count + 1); });
    transaction.counted().work.insert(key);
    transaction.outcome().work_after_commit.push_back(work);
    ++fetch.reserved;
    bytes += row_bytes;
    return;
  }
  provider::WorkerItem item;
  item.attempt_count = counted ? count : count + 1;
  item.progress = read_progress(transaction, key);
  item.item = std::move(row->item);
  item.lock_token =
      transaction.work().lease(WorkLease{work, fetch.filter.holder, item.attempt_count});
  transaction.counted().work.erase(key);
  if (!counted) {
    transaction.work().counts_to_write[key] = item.attempt_count;
  }
  if (item.item.session) {
    transaction.work().bind(*item.item.session, fetch.filter.holder);
  }
  transaction.reasons().handed_out({key.number, key.execution, key.event_id});
  if (model::Metrics* const metrics = transaction.metrics()) {
    transaction.moment().observe_wait(metrics->activity_wait, work.since);
    if (item.attempt_count > 1) {
      metrics->activity_redeliveries.add();
    }
  }
  bytes += row_bytes;
  items.push_back(std::move(item));
}

/// Its row stays in the store; nothing offers it again before that is opened anew.
void leave_undecodable(Transaction& transaction, const WorkKey& key, const Undecodable& why) {
  transaction.work_suspects().ended(key);
  transaction.reasons().set({key.number, key.execution, key.event_id}, why.error().message,
                            transaction.now(), WaitingReasons::Sort::damage);
  transaction.log(LogLevel::error, why.error().message);
}

/// False if it was broken off: by what cannot be read now, or as it has lasted long enough.
bool hand_out_waiting_work(Transaction& transaction) {
  const auto left_alone = [&transaction](const WorkKey& key) {
    return transaction.quarantine().contains(key);
  };
  const auto& left = transaction.unregistered_work().left;
  bool all_tried = true;
  for (auto fetch = transaction.work().parked.begin(); fetch != transaction.work().parked.end();) {
    std::vector<provider::WorkerItem> items;
    std::size_t bytes = 0;
    bool is_broken_off = false;
    const std::size_t most_left = left.size() + most_left_at_once;
    while (items.size() + fetch->reserved < fetch->max_items && bytes < work_bytes_per_answer) {
      if (left.size() >= most_left) {
        go_on_in_a_moment(transaction);
        all_tried = false;  // the next may well know what this one has left
        break;
      }
      std::optional<WorkRef> work;
      try {
        work = transaction.unregistered_work().left.next(
            [&] { return take_left_work(transaction, fetch->filter); },
            [&] {
              return transaction.work().pop(transaction.committed(), fetch->filter, left_alone);
            });
        if (!work) {
          break;
        }
        hand_out_work(transaction, *work, *fetch, items, bytes);
      } catch (const Undecodable& failed) {
        leave_undecodable(transaction, work->key, failed);
      } catch (const std::exception& failed) {
        broken_off(transaction, failed);
        if (work) {
          transaction.work().push_front(*work);
        }
        is_broken_off = true;
        break;
      }
    }
    if (items.empty()) {
      ++fetch;
    } else {
      const auto reply = std::move(fetch->reply);
      fetch = transaction.work().parked.erase(fetch);
      reply(std::move(items));
    }
    if (is_broken_off) {
      return false;
    }
  }
  if (all_tried) {
    transaction.work().all_tried();
  }
  return all_tried;
}

}  // namespace

bool has_been_handed_out(Transaction& transaction, const WorkKey& key, const ActivityRow& row) {
  if (transaction.work().token_of(key)) {
    return true;
  }
  // One that is counted is about to be.
  return stored_count(transaction, key, row) > (transaction.counted().work.contains(key) ? 1U : 0U);
}

bool fetch_work(Transaction& transaction, Holder holder,
                const provider::DequeueWorkerPeekLock& request, WorkerQueue::FetchReply reply) {
  if (request.max_items == 0) {
    reply(failure(make_error(ProviderError::Kind::invalid_input, "dequeue_worker_peek_lock",
                             "max_items is 0")));
    return false;
  }
  const auto& saturated = request.saturated_sessions;
  asks_for_work(transaction, holder, request.tags);
  transaction.work().park({WorkFilter(holder, request.tags, {saturated.begin(), saturated.end()}),
                           request.max_items, std::move(reply)});
  return true;
}

void dispatch_work(Transaction& transaction) {
  while (transaction.work().worth_a_try() && !transaction.is_resting() &&
         !transaction.paused().store() && transaction.suspects().empty()) {
    if (!hand_out_waiting_work(transaction) || !offer_suspect_work(transaction)) {
      return;
    }
  }
}

}  // namespace duroxide::storage
