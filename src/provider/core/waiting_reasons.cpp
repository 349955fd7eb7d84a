#include "provider/core/waiting_reasons.hpp"

#include <utility>

namespace duroxide::storage {

void WaitingReasons::set(const Origin& origin, std::string reason) {
  const std::lock_guard lock(mutex_);
  reasons_.insert_or_assign(origin, std::move(reason));
  any_ = true;
}

void WaitingReasons::clear(const Origin& origin) {
  if (any_) {
    const std::lock_guard lock(mutex_);
    reasons_.erase(origin);
    any_ = !reasons_.empty();
  }
}

void WaitingReasons::clear_all(Number number) {
  if (any_) {
    const std::lock_guard lock(mutex_);
    reasons_.erase(reasons_.lower_bound(Origin{number, 0, 0}),
                   reasons_.lower_bound(Origin{number + 1, 0, 0}));
    any_ = !reasons_.empty();
  }
}

std::optional<std::string> WaitingReasons::find(Number number) const {
  const std::lock_guard lock(mutex_);
  const auto found = reasons_.lower_bound(Origin{number, 0, 0});
  if (found == reasons_.end() || found->first.number != number) {
    return std::nullopt;
  }
  return found->second;
}

std::optional<std::string> WaitingReasons::find(const Origin& origin) const {
  const std::lock_guard lock(mutex_);
  const auto found = reasons_.find(origin);
  return found == reasons_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace duroxide::storage
