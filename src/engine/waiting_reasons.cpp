#include "engine/waiting_reasons.hpp"

#include <utility>

namespace duroxide::storage {

void WaitingReasons::set(const Origin& origin, std::string reason, Timestamp now, Sort sort) {
  const std::lock_guard lock(mutex_);
  Entry& entry = reasons_.try_emplace(origin, Entry{{}, now}).first->second;
  if (entry.text != reason) {
    entry = Entry{std::move(reason), now};
  }
  entry.sort = sort;
  entry.waits = true;
  any_ = true;
}

void WaitingReasons::handed_out(const Origin& origin) {
  if (any_) {
    const std::lock_guard lock(mutex_);
    if (const auto found = reasons_.find(origin); found != reasons_.end()) {
      found->second.waits = false;
    }
  }
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
  for (auto found = reasons_.lower_bound(Origin{number, 0, 0});
       found != reasons_.end() && found->first.number == number; ++found) {
    if (found->second.waits) {
      return found->second.text;
    }
  }
  return std::nullopt;
}

std::optional<std::string> WaitingReasons::find(const Origin& origin) const {
  const std::lock_guard lock(mutex_);
  const auto found = reasons_.find(origin);
  return found == reasons_.end() || !found->second.waits ? std::nullopt
                                                         : std::optional(found->second.text);
}

std::optional<std::string> WaitingReasons::find_damage(Number number) const {
  if (!any_) {
    return std::nullopt;
  }
  const std::lock_guard lock(mutex_);
  const auto found = reasons_.find(Origin{number, 0, 0});
  const bool is_damaged =
      found != reasons_.end() && found->second.waits && found->second.sort == Sort::damage;
  return is_damaged ? std::optional(found->second.text) : std::nullopt;
}

std::vector<WaitingReasons::Reason> WaitingReasons::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<Reason> reasons;
  for (const auto& [origin, entry] : reasons_) {
    if (entry.waits) {
      reasons.push_back({origin, entry.text, entry.since, entry.sort});
    }
  }
  return reasons;
}

}  // namespace duroxide::storage
