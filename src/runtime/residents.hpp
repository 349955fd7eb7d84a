#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include <duroxide/clock.hpp>

#include "runtime/messages.hpp"

namespace duroxide::runtime {

/// The orchestrators in memory, by instance, and the order in which the idle ones were last used.
class Residents {
 public:
  struct Entry {
    OrchestratorActor actor;
    /// Tells an orchestrator from a later one of the same instance.
    std::uint64_t generation = 0;
    /// Turns under way. More than one only after the store has voided the lease of the first.
    std::uint32_t turns = 0;
    Timestamp idle_since;
    std::list<std::string>::iterator place;  ///< among the idle, or, during a turn, among the busy
  };

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  /// Null if there is none.
  [[nodiscard]] Entry* find(const std::string& instance);
  /// Null if that one is no longer there.
  [[nodiscard]] Entry* find(const std::string& instance, std::uint64_t generation);

  /// Adds an orchestrator, with no turn under way. The instance must have none.
  Entry& add(const std::string& instance, OrchestratorActor actor, Timestamp now);
  void begin_turn(Entry& entry);
  /// Each `begin_turn` has its `end_turn`, unless the entry is removed before.
  void end_turn(Entry& entry, Timestamp now);
  void remove(const std::string& instance);

  struct Idle {
    std::string instance;
    Timestamp since;
  };
  /// The idle one that was used least recently.
  [[nodiscard]] std::optional<Idle> oldest_idle() const;

  /// Calls `f` with each actor.
  template <class F>
  void for_each(F f) const {
    for (const auto& entry : entries_) {
      f(entry.second.actor);
    }
  }
  void clear();

 private:
  std::uint64_t last_generation_ = 0;
  std::unordered_map<std::string, Entry> entries_;
  std::list<std::string> idle_;  ///< least recently used first
  std::list<std::string> busy_;  ///< in no order; a place goes from one list to the other and back
};

}  // namespace duroxide::runtime
