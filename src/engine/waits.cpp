#include "engine/waits.hpp"

namespace duroxide::storage {

void Waits::add(Number number, Holder sender, std::uint64_t wait_id, Wait wait) {
  const Id id{sender, wait_id};
  waits_[number].insert_or_assign(id, std::move(wait));
  by_id_.insert_or_assign(id, number);
}

void Waits::remove_if(Number number, const std::function<bool(const Wait&)>& answered) {
  const auto found = waits_.find(number);
  if (found == waits_.end()) {
    return;
  }
  std::erase_if(found->second, [&](const auto& entry) {
    const bool over = answered(entry.second);
    if (over) {
      by_id_.erase(entry.first);
    }
    return over;
  });
  if (found->second.empty()) {
    waits_.erase(found);
  }
}

std::vector<Wait> Waits::take(Number number) {
  std::vector<Wait> taken;
  const auto found = waits_.find(number);
  if (found != waits_.end()) {
    for (auto& [id, wait] : found->second) {
      by_id_.erase(id);
      taken.push_back(std::move(wait));
    }
    waits_.erase(found);
  }
  return taken;
}

std::optional<std::pair<Number, Wait>> Waits::stop(Holder sender, std::uint64_t wait_id) {
  const Id id{sender, wait_id};
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) {
    return std::nullopt;
  }
  const Number number = found->second;
  by_id_.erase(found);
  auto& waits = waits_[number];
  std::optional<std::pair<Number, Wait>> stopped;
  if (const auto wait = waits.find(id); wait != waits.end()) {
    stopped.emplace(number, std::move(wait->second));
    waits.erase(wait);
  }
  if (waits.empty()) {
    waits_.erase(number);
  }
  return stopped;
}

std::vector<Wait> Waits::take_all() {
  std::vector<Wait> taken;
  for (auto& [number, waits] : waits_) {
    for (auto& [id, wait] : waits) {
      taken.push_back(std::move(wait));
    }
  }
  waits_.clear();
  by_id_.clear();
  return taken;
}

void Waits::drop(Holder sender) {
  auto entry = by_id_.lower_bound(Id{sender, 0});
  while (entry != by_id_.end() && entry->first.first == sender) {
    const auto found = waits_.find(entry->second);
    if (found != waits_.end()) {
      found->second.erase(entry->first);
      if (found->second.empty()) {
        waits_.erase(found);
      }
    }
    entry = by_id_.erase(entry);
  }
}

}  // namespace duroxide::storage
