#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include <duroxide/provider.hpp>

#include "provider/core/common.hpp"

namespace duroxide::storage {

/// Those who wait for an instance to end.
class StatusWaits {
 public:
  using StatusReply = Reply<provider::Answer<OrchestrationStatus>>;

  void add(Number number, Holder sender, std::uint64_t wait_id, StatusReply reply);
  [[nodiscard]] bool any(Number number) const { return waits_.contains(number); }

  /// Removes and returns the waits of one instance.
  [[nodiscard]] std::vector<StatusReply> take(Number number);
  /// Removes one wait and returns it with its instance.
  [[nodiscard]] std::optional<std::pair<Number, StatusReply>> stop(Holder sender,
                                                                   std::uint64_t wait_id);
  [[nodiscard]] std::vector<StatusReply> take_all();
  /// Forgets the waits of one who is gone.
  void drop(Holder sender);

 private:
  using Id = std::pair<Holder, std::uint64_t>;

  std::unordered_map<Number, std::map<Id, StatusReply>> waits_;
  std::map<Id, Number> by_id_;
};

}  // namespace duroxide::storage
