#include "engine/work_suspects.hpp"

#include <algorithm>
#include <utility>

namespace duroxide::storage {

bool WorkSuspects::may_run(const WorkRef& work, std::uint32_t deliveries) {
  const bool in_session = work.lane && work.lane->session;
  if (deliveries < deliveries_of_suspects || in_session || out_ == work.key) {
    return true;
  }
  waiting_.push_back({work, deliveries});
  return false;
}

std::optional<WorkRef> WorkSuspects::take_next(Timestamp now) {
  if (waiting_.empty() || (out_ && now < waits_until_)) {
    return std::nullopt;
  }
  const auto is_behind = [this](const Waiting& a, const Waiting& b) {
    if (a.deliveries != b.deliveries) {
      return a.deliveries < b.deliveries;
    }
    return later_first_ ? a.work.key < b.work.key : b.work.key < a.work.key;
  };
  const auto next = std::max_element(waiting_.begin(), waiting_.end(), is_behind);
  WorkRef work = std::move(next->work);
  waiting_.erase(next);
  out_ = work.key;
  waits_until_ = saturating_add(now, longest_wait);
  return work;
}

void WorkSuspects::ended(const WorkKey& key) {
  if (out_ == key) {
    out_.reset();
  }
}

}  // namespace duroxide::storage
