#include "runtime/workers.hpp"

#include <utility>

namespace duroxide::runtime {

WorkerId Workers::add(WorkerActor actor) {
  entries_.emplace(++last_id_, Entry{std::move(actor), false});
  return last_id_;
}

void Workers::remove(WorkerId id) {
  (void)take(id);
  entries_.erase(id);
}

void Workers::put_back(WorkerId id) {
  Entry& entry = entries_.at(id);
  if (!std::exchange(entry.is_idle, true)) {
    idle_.push_back(id);
  }
}

bool Workers::take(WorkerId id) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || !std::exchange(found->second.is_idle, false)) {
    return false;
  }
  std::erase(idle_, id);
  return true;
}

std::optional<WorkerId> Workers::take_idle() {
  if (idle_.empty()) {
    return std::nullopt;
  }
  const WorkerId id = idle_.back();
  idle_.pop_back();
  entries_.at(id).is_idle = false;
  return id;
}

void Workers::clear() {
  entries_.clear();
  idle_.clear();
}

}  // namespace duroxide::runtime
