#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "runtime/messages.hpp"

namespace duroxide::runtime {

/// Never used twice in one dispatcher.
using WorkerId = std::uint64_t;

/// The workers that are given activities, and which of them are idle.
class Workers {
 public:
  struct Entry {
    WorkerActor actor;
    bool is_idle = false;
  };

  /// Adds one that is not idle yet.
  WorkerId add(WorkerActor actor);
  void remove(WorkerId id);
  void put_back(WorkerId id);
  /// Takes this one. False if it is not idle.
  [[nodiscard]] bool take(WorkerId id);
  /// Takes the one that has been idle for the shortest time: its memory is warm.
  [[nodiscard]] std::optional<WorkerId> take_idle();

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::size_t idle() const { return idle_.size(); }
  [[nodiscard]] const WorkerActor& actor(WorkerId id) const { return entries_.at(id).actor; }
  [[nodiscard]] const std::map<WorkerId, Entry>& all() const { return entries_; }
  void clear();

 private:
  std::map<WorkerId, Entry> entries_;
  std::vector<WorkerId> idle_;  ///< the last to become idle is the last
  WorkerId last_id_ = 0;
};

}  // namespace duroxide::runtime
