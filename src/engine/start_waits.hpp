#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <duroxide/provider_messages.hpp>

#include "storage/common.hpp"

namespace duroxide::storage {

/// Those who wait for instances that are not there yet, or whose first turn is not. Each wait leaves once.
class StartWaits {
 public:
  using Answer = provider::Answer<OrchestrationStatus>;

  /// The sender must have no wait of that id. `for_turn`: a start alone will not do.
  void add(std::string instance, Holder sender, std::uint64_t wait_id, bool for_turn,
           Reply<Answer> reply);
  [[nodiscard]] bool empty() const { return by_instance_.empty(); }

  /// Removes and returns the waits for one instance that is there. `has_begun`: with those for a turn.
  [[nodiscard]] std::vector<Reply<Answer>> take(const std::string& instance, bool has_begun);
  /// Removes and returns one wait; none if there is none.
  [[nodiscard]] std::optional<Reply<Answer>> stop(Holder sender, std::uint64_t wait_id);
  [[nodiscard]] std::vector<Reply<Answer>> take_all();
  /// Forgets the waits of one who is gone.
  void drop(Holder sender);

 private:
  using Id = std::pair<Holder, std::uint64_t>;
  struct Entry {
    bool for_turn = false;
    Reply<Answer> reply;
  };

  std::map<std::string, std::map<Id, Entry>> by_instance_;
  std::map<Id, std::string> by_id_;
};

}  // namespace duroxide::storage
