#include "runtime/crew.hpp"

#include <algorithm>
#include <exception>

namespace duroxide::runtime {

namespace {

/// However many end, so many are fetched in advance at most.
constexpr std::size_t most_credit = 64;

}  // namespace

WorkerActor Crew::take() {
  if (!shares_workers()) {
    if (workers_.empty()) {
      return make_();
    }
    WorkerActor idle = std::move(workers_.back());
    workers_.pop_back();
    return idle;
  }
  if (workers_.size() < shared_workers_) {
    try {
      workers_.push_back(make_());
      return workers_.back();
    } catch (const std::exception&) {
      if (workers_.empty()) {
        throw;
      }
    }
  }
  next_ = (next_ + 1) % workers_.size();
  return workers_[next_];
}

void Crew::runs(provider::LockToken token, WorkerActor worker) {
  at_work_.insert_or_assign(token, std::move(worker));
}

bool Crew::ended(provider::LockToken token) {
  auto run = at_work_.extract(token);
  if (!run) {
    return false;
  }
  if (!shares_workers()) {
    workers_.push_back(std::move(run.mapped()));
  }
  ++ended_since_fetch_;
  return true;
}

bool Crew::lost(provider::LockToken token) {
  const auto run = at_work_.extract(token);
  if (!run) {
    return false;
  }
  std::erase(workers_, run.mapped());
  return true;
}

std::optional<WorkerActor> Crew::leave_behind(provider::LockToken token) {
  auto run = at_work_.extract(token);
  if (!run || shares_workers()) {
    return std::nullopt;
  }
  return std::move(run.mapped());
}

SharedDelivery Crew::take_waiting() {
  if (waiting_.empty() || !has_room()) {
    return nullptr;
  }
  SharedDelivery first = std::move(waiting_.front());
  waiting_.pop_front();
  return first;
}

std::size_t Crew::credit() const {
  return std::min(2 * ended_since_fetch_, most_credit);
}

void Crew::stop() {
  for (const auto& [token, worker] : at_work_) {
    actors::stop(worker);
  }
  for (const WorkerActor& worker : workers_) {
    actors::stop(worker);
  }
  make_ = nullptr;
  at_work_.clear();
  workers_.clear();
  waiting_.clear();
}

}  // namespace duroxide::runtime
