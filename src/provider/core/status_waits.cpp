#include "provider/core/status_waits.hpp"

#include <limits>

namespace duroxide::storage {

void StatusWaits::add(Number number, Holder sender, std::uint64_t wait_id, StatusReply reply) {
  const Id id{sender, wait_id};
  waits_[number].insert_or_assign(id, std::move(reply));
  by_id_.insert_or_assign(id, number);
}

std::vector<StatusWaits::StatusReply> StatusWaits::take(Number number) {
  std::vector<StatusReply> replies;
  const auto found = waits_.find(number);
  if (found != waits_.end()) {
    for (auto& [id, reply] : found->second) {
      by_id_.erase(id);
      replies.push_back(std::move(reply));
    }
    waits_.erase(found);
  }
  return replies;
}

std::optional<std::pair<Number, StatusWaits::StatusReply>> StatusWaits::stop(
    Holder sender, std::uint64_t wait_id) {
  const Id id{sender, wait_id};
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) {
    return std::nullopt;
  }
  const Number number = found->second;
  by_id_.erase(found);
  auto& waits = waits_[number];
  std::optional<std::pair<Number, StatusReply>> stopped;
  if (const auto wait = waits.find(id); wait != waits.end()) {
    stopped.emplace(number, std::move(wait->second));
    waits.erase(wait);
  }
  if (waits.empty()) {
    waits_.erase(number);
  }
  return stopped;
}

std::vector<StatusWaits::StatusReply> StatusWaits::take_all() {
  std::vector<StatusReply> replies;
  for (auto& [number, waits] : waits_) {
    for (auto& [id, reply] : waits) {
      replies.push_back(std::move(reply));
    }
  }
  waits_.clear();
  by_id_.clear();
  return replies;
}

void StatusWaits::drop(Holder sender) {
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
