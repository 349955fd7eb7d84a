#include "provider/core/worker_queue.hpp"

#include <algorithm>

#include "provider/core/records.hpp"

namespace duroxide::storage {

std::uint64_t WorkerQueue::credit() const {
  std::uint64_t credit = 0;
  for (const auto& fetch : parked) {
    credit += fetch.max_items;
  }
  return credit;
}

std::optional<WorkKey> WorkerQueue::pop(const ReadView& committed) {
  if (!waiting_.empty()) {
    const WorkKey key = waiting_.front();
    waiting_.pop_front();
    return key;
  }
  return next_of_backlog(committed);
}

std::optional<WorkKey> WorkerQueue::next_of_backlog(const ReadView& committed) {
  if (!backlog_) {
    return std::nullopt;
  }
  const auto cursor = committed.cursor(Table::work);
  for (bool more = cursor->seek(backlog_next_); more; more = cursor->next()) {
    // A row of this session came in through `push`.
    const auto key = WorkKey::parse(cursor->key());
    if (key && session_of_work_row(cursor->value()) != session_) {
      backlog_next_ = std::string(cursor->key()) + '\0';
      return key;
    }
  }
  backlog_ = false;
  return std::nullopt;
}

provider::LockToken WorkerQueue::lease(WorkLease lease) {
  const auto token = next_token_++;
  leased_[lease.key] = token;
  leases_.emplace(token, lease);
  return token;
}

WorkLease* WorkerQueue::find(provider::LockToken token) {
  const auto found = leases_.find(token);
  return found == leases_.end() ? nullptr : &found->second;
}

void WorkerQueue::end_lease(provider::LockToken token) {
  const auto found = leases_.find(token);
  if (found != leases_.end()) {
    leased_.erase(found->second.key);
    leases_.erase(found);
  }
}

void WorkerQueue::end_lease_of(const WorkKey& key) {
  const auto found = leased_.find(key);
  if (found != leased_.end()) {
    leases_.erase(found->second);
    leased_.erase(found);
  }
}

std::vector<provider::LockToken> WorkerQueue::leases_of(Holder holder) const {
  std::vector<provider::LockToken> tokens;
  for (const auto& [token, lease] : leases_) {
    if (lease.holder == holder) {
      tokens.push_back(token);
    }
  }
  std::sort(tokens.begin(), tokens.end());
  return tokens;
}

}  // namespace duroxide::storage
