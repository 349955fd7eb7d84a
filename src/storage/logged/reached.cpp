#include "storage/logged/reached.hpp"

#include <algorithm>
#include <cstddef>

namespace duroxide::storage {

namespace {

/// Who looks has a snapshot of just now.
constexpr std::size_t most_known = 64;

}  // namespace

void Reached::note(std::uint64_t transaction, std::uint64_t record) {
  const std::lock_guard lock(mutex_);
  if (reached_.back().first == transaction) {
    reached_.back().second = record;
    return;
  }
  if (reached_.size() == most_known) {
    reached_.erase(reached_.begin());
  }
  reached_.emplace_back(transaction, record);
}

std::optional<std::uint64_t> Reached::in(std::uint64_t transaction) const {
  const std::lock_guard lock(mutex_);
  const auto later = std::find_if(reached_.begin(), reached_.end(),
                                  [&](const auto& each) { return each.first > transaction; });
  return later == reached_.begin() ? std::nullopt : std::optional(std::prev(later)->second);
}

}  // namespace duroxide::storage
