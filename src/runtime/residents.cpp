#include "runtime/residents.hpp"

#include <utility>

#include "model/invariant.hpp"

namespace duroxide::runtime {

Residents::Entry* Residents::find(const std::string& instance) {
  const auto found = entries_.find(instance);
  return found == entries_.end() ? nullptr : &found->second;
}

Residents::Entry* Residents::find(const std::string& instance, std::uint64_t generation) {
  Entry* entry = find(instance);
  return entry != nullptr && entry->generation == generation ? entry : nullptr;
}

Residents::Entry& Residents::add(const std::string& instance, OrchestratorActor actor,
                                 Timestamp now) {
  const auto [added, is_new] = entries_.try_emplace(instance);
  DUROXIDE_INVARIANT(is_new, "an instance has one orchestrator at most");
  Entry& entry = added->second;
  entry.actor = std::move(actor);
  entry.generation = ++last_generation_;
  entry.idle_since = now;
  entry.place = idle_.insert(idle_.end(), instance);
  return entry;
}

void Residents::begin_turn(Entry& entry) {
  if (entry.turns++ == 0) {
    busy_.splice(busy_.end(), idle_, entry.place);
  }
}

void Residents::end_turn(Entry& entry, Timestamp now) {
  DUROXIDE_INVARIANT(entry.turns > 0, "a turn that ends was under way");
  if (--entry.turns == 0) {
    entry.idle_since = now;
    idle_.splice(idle_.end(), busy_, entry.place);
  }
}

void Residents::remove(const std::string& instance) {
  const auto found = entries_.find(instance);
  if (found != entries_.end()) {
    (found->second.turns == 0 ? idle_ : busy_).erase(found->second.place);
    entries_.erase(found);
  }
}

std::optional<Residents::Idle> Residents::oldest_idle() const {
  if (idle_.empty()) {
    return std::nullopt;
  }
  const auto oldest = entries_.find(idle_.front());
  DUROXIDE_INVARIANT(oldest != entries_.end(), "who is idle is resident");
  return Idle{idle_.front(), oldest->second.idle_since};
}

void Residents::clear() {
  entries_.clear();
  idle_.clear();
  busy_.clear();
}

}  // namespace duroxide::runtime
