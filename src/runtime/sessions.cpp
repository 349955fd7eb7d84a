#include "runtime/sessions.hpp"

#include <algorithm>
#include <utility>

#include "model/invariant.hpp"

namespace duroxide::runtime {

namespace {

const std::string& session_of(const SharedDelivery& delivery) {
  return *delivery->item.item.session;
}

}  // namespace

void Sessions::arrived(const std::string& session) {
  const auto [place, is_new] = sessions_.try_emplace(session);
  if (place->second.open++ == 0 && !is_new) {
    idle_.erase(place->second.place);
  }
}

void Sessions::ended(const std::string& session, Timestamp now) {
  const auto found = sessions_.find(session);
  if (found != sessions_.end() && --found->second.open == 0) {
    found->second.idle_since = now;
    found->second.place = idle_.insert(idle_.end(), session);
  }
}

std::optional<WorkerId> Sessions::worker_of(const std::string& session) const {
  const auto found = sessions_.find(session);
  return found == sessions_.end() ? std::nullopt : found->second.worker;
}

void Sessions::bind(const std::string& session, WorkerId worker) {
  sessions_.at(session).worker = worker;
  ++workers_[worker].sessions;
}

std::size_t Sessions::bound_to(WorkerId worker) const {
  const auto found = workers_.find(worker);
  return found == workers_.end() ? 0 : found->second.sessions;
}

std::deque<SharedDelivery> Sessions::unbind(WorkerId worker) {
  auto bound = workers_.extract(worker);
  if (bound.empty()) {
    return {};
  }
  for (auto& [name, session] : sessions_) {
    if (session.worker == worker) {
      session.worker.reset();
    }
  }
  for (const SharedDelivery& each : bound.mapped().waiting) {
    one_waits_less(session_of(each));
  }
  return std::move(bound.mapped().waiting);
}

void Sessions::wait(SharedDelivery delivery) {
  Session& session = sessions_.at(session_of(delivery));
  DUROXIDE_INVARIANT(session.worker, "who waits for the worker of a session knows it");
  if (++session.waiting > saturated_above) {
    saturated_.insert(session_of(delivery));
  }
  ++waiting_;
  workers_[*session.worker].waiting.push_back(std::move(delivery));
}

const Delivery* Sessions::first_for(WorkerId worker) const {
  if (waiting_ == 0) {
    return nullptr;
  }
  const auto found = workers_.find(worker);
  return found == workers_.end() || found->second.waiting.empty()
             ? nullptr
             : found->second.waiting.front().get();
}

SharedDelivery Sessions::take_first_for(WorkerId worker) {
  auto& waiting = workers_.at(worker).waiting;
  DUROXIDE_INVARIANT(!waiting.empty(), "what is taken for a worker waits for it");
  SharedDelivery first = std::move(waiting.front());
  waiting.pop_front();
  one_waits_less(session_of(first));
  return first;
}

void Sessions::drop(const std::unordered_set<provider::LockToken>& over, Timestamp now) {
  if (waiting_ == 0) {
    return;
  }
  for (auto& [id, worker] : workers_) {
    std::erase_if(worker.waiting, [&](const SharedDelivery& each) {
      if (!over.contains(each->item.lock_token)) {
        return false;
      }
      one_waits_less(session_of(each));
      ended(session_of(each), now);
      return true;
    });
  }
}

std::size_t Sessions::waiting(std::size_t most) const {
  if (waiting_ == 0) {
    return 0;
  }
  std::size_t sum = 0;
  for (const auto& [id, worker] : workers_) {
    sum += std::min(worker.waiting.size(), most);
  }
  return sum;
}

std::optional<Timestamp> Sessions::idle_since() const {
  if (idle_.empty()) {
    return std::nullopt;
  }
  return sessions_.at(idle_.front()).idle_since;
}

std::vector<std::string> Sessions::forget_idle(Timestamp now, Milliseconds timeout) {
  std::vector<std::string> forgotten;
  for (auto since = idle_since(); since && saturating_add(*since, timeout) <= now;
       since = idle_since()) {
    const auto session = sessions_.extract(idle_.front());
    if (session.mapped().worker) {
      --workers_.at(*session.mapped().worker).sessions;
    }
    forgotten.push_back(session.key());
    idle_.pop_front();
  }
  return forgotten;
}

void Sessions::clear() {
  sessions_.clear();
  workers_.clear();
  idle_.clear();
  saturated_.clear();
  waiting_ = 0;
}

void Sessions::one_waits_less(const std::string& session) {
  DUROXIDE_INVARIANT(waiting_ > 0, "all that waits for the worker of its session is counted");
  --waiting_;
  if (--sessions_.at(session).waiting <= wanted_again_at) {
    saturated_.erase(session);
  }
}

}  // namespace duroxide::runtime
