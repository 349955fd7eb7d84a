#include "runtime/backoff.hpp"

#include <algorithm>

namespace duroxide::runtime {

Milliseconds exponential_delay(Milliseconds base, Milliseconds longest, std::uint32_t times) {
  Milliseconds delay = std::min(base, longest);
  for (std::uint32_t i = 0; i < times && delay < longest; ++i) {
    delay = delay > longest / 2 ? longest : delay * 2;
  }
  return delay;
}

Milliseconds retry_delay(std::uint32_t times) {
  return exponential_delay(Milliseconds(100), Milliseconds(5'000), times == 0 ? 0 : times - 1);
}

Backoffs::Step Backoffs::next(const std::string& key, Timestamp now) {
  if (entries_.size() >= size_to_clean_at_) {
    forget_old(now);
  }
  Entry& entry = entries_[key];
  entry.last_use = now;
  const std::uint32_t times = entry.times++;
  return {exponential_delay(base_, longest_, times), times == 0};
}

void Backoffs::forget(const std::string& key) {
  if (!entries_.empty()) {
    entries_.erase(key);
  }
}

void Backoffs::forget_old(Timestamp now) {
  std::erase_if(entries_, [&](const auto& entry) {
    return saturating_add(saturating_add(entry.second.last_use, longest_), longest_) < now;
  });
  size_to_clean_at_ = std::max<std::size_t>(1024, entries_.size() * 2);
}

}  // namespace duroxide::runtime
