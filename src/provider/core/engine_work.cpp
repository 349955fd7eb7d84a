// The worker queue.

#include <utility>

#include "model/limits.hpp"
#include "provider/core/engine.hpp"

namespace duroxide::storage {

namespace {
constexpr std::size_t bytes_per_answer = std::size_t{16} << 20;
}  // namespace

void Engine::fetch_work(Holder holder, std::uint64_t max_items, WorkReply reply) {
  if (stopped_) {
    reply(failure(closed_error("dequeue_worker_peek_lock")));
    return;
  }
  if (max_items == 0) {
    reply(failure(make_error(ProviderError::Kind::invalid_input, "dequeue_worker_peek_lock",
                             "max_items is 0")));
    return;
  }
  work_.parked.push_back({holder, max_items, std::move(reply)});
  settle();
}

void Engine::dispatch_work() {
  bool broken_off = false;
  while (!broken_off && !work_.parked.empty() && !paused()) {
    const auto holder = work_.parked.front().holder;
    const auto room = work_.parked.front().max_items;
    std::vector<provider::WorkerItem> items;
    std::size_t bytes = 0;
    while (items.size() + work_after_commit_.size() < room && bytes < bytes_per_answer) {
      const auto key = work_.pop(batch_.committed());
      if (!key) {
        break;
      }
      try {
        hand_out_work(*key, holder, items, bytes);
      } catch (const StorageFailure& failed) {
        log_unreadable(failed);
        work_.push_front(*key);
        broken_off = true;
        break;
      }
    }
    if (items.empty()) {
      return;
    }
    const auto reply = std::move(work_.parked.front().reply);
    work_.parked.pop_front();
    reply(std::move(items));
  }
}

void Engine::hand_out_work(const WorkKey& key, Holder holder,
                           std::vector<provider::WorkerItem>& items, std::size_t& bytes) {
  const auto row_key = key.bytes();
  const auto found = batch_.get(Table::work, row_key);
  if (!found) {
    // Cancelled. If that is not committed yet and never will be, the row is there again.
    if (batch_.committed().get(Table::work, row_key)) {
      removed_work_.push_back(key);
    }
    return;
  }
  auto row = decode_work_row(*found);
  if (!row) {
    set_aside(Table::work, row_key, row.error());
    return;
  }
  bytes += found->size();
  const auto count = stored_count(key, *row);
  const bool counted = counted_work_.erase(key) != 0;
  if (!counted && session_.after_crash && row->session < session_.id) {
    // It may be what ended the process: count first, hand out after.
    store_attempts(row_key, count + 1);
    counted_work_.insert(key);
    work_after_commit_.push_back(key);
    return;
  }
  provider::WorkerItem item;
  item.attempt_count = counted ? count : count + 1;
  item.item = std::move(row->item);
  item.lock_token = work_.lease(WorkLease{key, holder, item.attempt_count});
  if (!counted) {
    work_.counts_to_write[key] = item.attempt_count;
  }
  reasons_->clear({key.number, key.execution, key.event_id});
  items.push_back(std::move(item));
}

std::uint32_t Engine::stored_count(const WorkKey& key, const WorkRow& row) {
  if (const auto pending = work_.counts_to_write.find(key);
      pending != work_.counts_to_write.end()) {
    return pending->second;
  }
  const auto bytes = batch_.get(Table::attempts, key.bytes());
  return bytes ? static_cast<std::uint32_t>(number_at(*bytes, 0)) : row.first_count;
}

void Engine::count_first_deliveries() {
  // Rows that will be handed out right after the commit which writes them are written with that
  // delivery counted: it costs nothing here, and another write later.
  auto credit = work_.credit();
  for (const WorkKey& key : new_work_) {
    if (credit == 0) {
      break;
    }
    if (std::string* row = batch_.staged(Table::work, key.bytes())) {
      count_first_delivery(*row);
      counted_work_.insert(key);
      --credit;
    }
  }
}

void Engine::ack_work(const provider::AckWorker& request, DoneReply reply) {
  apply("ack_worker", std::move(reply), [&] {
    const WorkLease* lease = work_.find(request.lock_token);
    if (lease == nullptr) {
      throw StorageFailure(ProviderError::Kind::invalid_lock_token,
                           "the lease is over, or the activity was cancelled");
    }
    const WorkKey key = lease->key;
    std::uint64_t execution = 0;
    if (request.completion) {
      const auto* completed = std::get_if<work::ActivityCompleted>(&*request.completion);
      const auto* failed = std::get_if<work::ActivityFailed>(&*request.completion);
      if (completed == nullptr && failed == nullptr) {
        throw StorageFailure(ProviderError::Kind::invalid_input,
                             "an activity completes or fails, nothing else");
      }
      if (completed != nullptr) {
        if (auto problem = model::check_payload("result", completed->result); !problem.empty()) {
          throw StorageFailure(ProviderError::Kind::invalid_input, std::move(problem));
        }
      }
      execution = completed != nullptr ? completed->execution_id : failed->execution_id;
      deliver_if_running(*request.completion, execution);
    }
    const auto row_key = key.bytes();
    batch_.erase(Table::work, row_key);
    batch_.erase(Table::attempts, row_key);
    after_applied([this, &request, key] {
      work_.counts_to_write.erase(key);
      work_.end_lease(request.lock_token);
      removed_work_.push_back(key);
    });
  });
}

void Engine::abandon_work(const provider::AbandonWorker& request, DoneReply reply) {
  apply("abandon_worker", std::move(reply), [&] {
    const WorkLease* lease = work_.find(request.lock_token);
    if (lease == nullptr) {
      throw StorageFailure(ProviderError::Kind::invalid_lock_token,
                           "the lease is over, or the activity was cancelled");
    }
    const WorkKey key = lease->key;
    const auto attempt = lease->attempt;
    after_applied([this, &request, key, attempt] {
      if (request.ignore_attempt) {
        work_.counts_to_write[key] = attempt - 1;
      }
      work_.end_lease(request.lock_token);
      if (request.waiting_for) {
        reasons_->set({key.number, key.execution, key.event_id}, *request.waiting_for);
      }
      if (request.delay > Milliseconds::zero()) {
        hold_back(request.delay, key);
      } else {
        work_.push(key);
      }
    });
  });
}

void Engine::release_work_of(Holder holder) {
  auto tokens = work_.leases_of(holder);
  for (auto token = tokens.rbegin(); token != tokens.rend(); ++token) {
    const WorkLease lease = *work_.find(*token);
    work_.counts_to_write[lease.key] = lease.attempt - 1;
    work_.end_lease(*token);
    work_.push_front(lease.key);
  }
  std::erase_if(work_.parked, [holder](const auto& fetch) {
    if (fetch.holder == holder) {
      fetch.reply(std::vector<provider::WorkerItem>{});
    }
    return fetch.holder == holder;
  });
}

}  // namespace duroxide::storage
