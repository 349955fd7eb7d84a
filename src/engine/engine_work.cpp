// The worker queue.

#include <optional>
#include <utility>

#include "engine/engine.hpp"
#include "model/invariant.hpp"
#include "model/limits.hpp"

namespace duroxide::storage {

namespace {
constexpr std::size_t work_bytes_per_answer = std::size_t{16} << 20;
}  // namespace

void Engine::fetch_work(Holder holder, const provider::DequeueWorkerPeekLock& request,
                        WorkReply reply) {
  if (stopped_) {
    reply(failure(closed_error("dequeue_worker_peek_lock")));
    return;
  }
  if (request.max_items == 0) {
    reply(failure(make_error(ProviderError::Kind::invalid_input, "dequeue_worker_peek_lock",
                             "max_items is 0")));
    return;
  }
  const auto& saturated = request.saturated_sessions;
  work_.park({WorkFilter(holder, request.tags, {saturated.begin(), saturated.end()}),
              request.max_items, std::move(reply)});
  settle();
}

void Engine::dispatch_work() {
  while (work_.worth_a_try() && !transaction_.is_resting() && !paused_.store() &&
         suspects_.empty()) {
    if (!hand_out_waiting_work() || !offer_suspect_work(transaction_)) {
      return;
    }
  }
}

bool Engine::hand_out_waiting_work() {
  const auto left_alone = [this](const WorkKey& key) { return quarantine_.contains(key); };
  for (auto fetch = work_.parked.begin(); fetch != work_.parked.end();) {
    std::vector<provider::WorkerItem> items;
    std::size_t bytes = 0;
    bool has_failed = false;
    while (items.size() + fetch->reserved < fetch->max_items && bytes < work_bytes_per_answer) {
      std::optional<WorkRef> work;
      try {
        work = work_.pop(batch_.committed(), fetch->filter, left_alone);
        if (!work) {
          break;
        }
        hand_out_work(*work, *fetch, items, bytes);
      } catch (const std::exception& failed) {
        broken_off(failed);
        if (work) {
          work_.push_front(*work);
        }
        has_failed = true;
        break;
      }
    }
    if (items.empty()) {
      ++fetch;
    } else {
      const auto reply = std::move(fetch->reply);
      fetch = work_.parked.erase(fetch);
      reply(std::move(items));
    }
    if (has_failed) {
      return false;
    }
  }
  work_.all_tried();
  return true;
}

void Engine::hand_out_work(const WorkRef& work, WorkerQueue::ParkedFetch& fetch,
                           std::vector<provider::WorkerItem>& items, std::size_t& bytes) {
  const WorkKey& key = work.key;
  if (quarantine_.contains(key)) {
    work_suspects_.ended(key);
    return;  // its release makes it wait again
  }
  if (work_.token_of(key)) {
    work_suspects_.ended(key);
    return;  // left over from before a rewind has scheduled it again
  }
  const auto row_key = key.bytes();
  if (batch_.staged(Table::work, row_key) != nullptr) {
    work_suspects_.ended(key);
    return;  // left over likewise, and what the rewind has scheduled waits for its commit
  }
  const auto found = batch_.get(Table::work, row_key);
  if (!found) {
    work_suspects_.ended(key);
    return;  // cancelled
  }
  auto row = decode_activity_row(*found);
  if (!row) {
    transaction_.write_of_itself(
        [&] { set_aside(transaction_, Table::work, row_key, row.error().what); });
    return;
  }
  const auto row_bytes = found->size();
  const auto count = stored_count(key, *row);
  const bool counted = counted_.work.contains(key);
  if (!counted && opening_.after_crash && row->opening < opening_.id) {
    if (!work_suspects_.may_run(work, count)) {
      return;
    }
    // It may be what ended the process: count first, hand out after.
    transaction_.write_of_itself([&] { store_attempts(transaction_, row_key, count + 1); });
    counted_.work.insert(key);
    outcome_.work_after_commit.push_back(work);
    ++fetch.reserved;
    bytes += row_bytes;
    return;
  }
  provider::WorkerItem item;
  item.attempt_count = counted ? count : count + 1;
  item.progress = read_progress(transaction_, key);
  item.item = std::move(row->item);
  item.lock_token = work_.lease(WorkLease{work, fetch.filter.holder, item.attempt_count});
  counted_.work.erase(key);
  if (!counted) {
    work_.counts_to_write[key] = item.attempt_count;
  }
  if (item.item.session) {
    work_.bind(*item.item.session, fetch.filter.holder);
  }
  reasons_->handed_out({key.number, key.execution, key.event_id});
  bytes += row_bytes;
  items.push_back(std::move(item));
}

std::uint32_t Engine::stored_count(const WorkKey& key, const ActivityRow& row) {
  if (const auto pending = work_.counts_to_write.find(key);
      pending != work_.counts_to_write.end()) {
    return pending->second;
  }
  const auto bytes = batch_.get(Table::attempts, key.bytes());
  return bytes ? static_cast<std::uint32_t>(stored_number(*bytes)) : row.first_count;
}

void Engine::count_first_deliveries() {
  // Rows that will be handed out right after the commit which writes them are written with that
  // delivery counted: it costs nothing here, and another write later. So this goes through what
  // `dispatch_work` is about to do.
  if (transaction_.is_resting() || paused_.store() || !suspects_.empty() ||
      outcome_.new_work.empty() || work_.parked.empty()) {
    return;
  }
  std::vector<const WorkRef*> rows;
  rows.reserve(outcome_.work_after_commit.size() + outcome_.new_work.size());
  for (const WorkRef& work : outcome_.work_after_commit) {
    rows.push_back(&work);
  }
  const std::size_t first_new = rows.size();
  for (const WorkRef& work : outcome_.new_work) {
    rows.push_back(&work);
  }
  std::map<std::string, Holder> bound;  // sessions that are to be bound on the way
  std::size_t first_left = 0;
  for (const auto& fetch : work_.parked) {
    std::uint64_t room = fetch.max_items;
    std::size_t bytes = 0;
    for (std::size_t i = first_left; i < rows.size() && room > 0 && bytes < work_bytes_per_answer;
         ++i) {
      const WorkRef* work = rows[i];
      if (work == nullptr || !work_.takes(fetch.filter, work->lane)) {
        continue;
      }
      const auto row_key = work->key.bytes();
      const auto row = batch_.get(Table::work, row_key);
      if (!row) {
        rows[i] = nullptr;  // cancelled
        continue;
      }
      if (work->lane && work->lane->session) {
        const auto [session, first] = bound.emplace(*work->lane->session, fetch.filter.holder);
        if (!first && session->second != fetch.filter.holder) {
          continue;
        }
      }
      rows[i] = nullptr;
      bytes += row->size();
      --room;
      if (i >= first_new) {
        count_first_delivery(*batch_.staged(Table::work, row_key));
        counted_.work.insert(work->key);
      }
    }
    while (first_left < rows.size() && rows[first_left] == nullptr) {
      ++first_left;
    }
  }
}

}  // namespace duroxide::storage
