#include "protocol/overdue_turns.hpp"

#include <algorithm>
#include <utility>

namespace duroxide::DUROXIDE_ABI::detail {

OverdueTurns::Id OverdueTurns::add(Turn turn) {
  const std::lock_guard lock(mutex_);
  turns_.emplace(++last_, std::move(turn));
  return last_;
}

void OverdueTurns::remove(Id id) {
  const std::lock_guard lock(mutex_);
  turns_.erase(id);
}

std::vector<OverdueTurns::Turn> OverdueTurns::all() const {
  std::vector<Turn> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, turn] : turns_) {
      all.push_back(turn);
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Turn& a, const Turn& b) { return a.since < b.since; });
  return all;
}

std::uint64_t OverdueTurns::count() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

}  // namespace duroxide::DUROXIDE_ABI::detail
