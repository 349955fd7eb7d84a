#include "engine/start_waits.hpp"

#include "model/invariant.hpp"

namespace duroxide::storage {

void StartWaits::add(std::string instance, Holder sender, std::uint64_t wait_id, bool for_turn,
                     Reply<Answer> reply) {
  const Id id{sender, wait_id};
  const bool is_new = by_id_.emplace(id, instance).second;
  DUROXIDE_INVARIANT(is_new, "a sender has one wait for a start of an id at most");
  by_instance_[std::move(instance)].insert_or_assign(id, Entry{for_turn, std::move(reply)});
}

std::vector<Reply<StartWaits::Answer>> StartWaits::take(const std::string& instance,
                                                        bool has_begun) {
  std::vector<Reply<Answer>> taken;
  const auto found = by_instance_.find(instance);
  if (found == by_instance_.end()) {
    return taken;
  }
  auto& waits = found->second;
  for (auto wait = waits.begin(); wait != waits.end();) {
    if (wait->second.for_turn && !has_begun) {
      ++wait;
      continue;
    }
    by_id_.erase(wait->first);
    taken.push_back(std::move(wait->second.reply));
    wait = waits.erase(wait);
  }
  if (waits.empty()) {
    by_instance_.erase(found);
  }
  return taken;
}

std::optional<Reply<StartWaits::Answer>> StartWaits::stop(Holder sender, std::uint64_t wait_id) {
  const auto id = by_id_.extract(Id{sender, wait_id});
  if (id.empty()) {
    return std::nullopt;
  }
  const auto waits = by_instance_.find(id.mapped());
  DUROXIDE_INVARIANT(waits != by_instance_.end() && waits->second.contains(id.key()),
                     "a wait for a start that is known by its id is known by its instance");
  auto reply = std::move(waits->second.extract(id.key()).mapped().reply);
  if (waits->second.empty()) {
    by_instance_.erase(waits);
  }
  return reply;
}

std::vector<Reply<StartWaits::Answer>> StartWaits::take_all() {
  std::vector<Reply<Answer>> taken;
  for (auto& [instance, waits] : by_instance_) {
    for (auto& [id, entry] : waits) {
      taken.push_back(std::move(entry.reply));
    }
  }
  by_instance_.clear();
  by_id_.clear();
  return taken;
}

void StartWaits::drop(Holder sender) {
  auto id = by_id_.lower_bound(Id{sender, 0});
  while (id != by_id_.end() && id->first.first == sender) {
    const std::uint64_t wait_id = id->first.second;
    ++id;
    (void)stop(sender, wait_id);
  }
}

}  // namespace duroxide::storage
