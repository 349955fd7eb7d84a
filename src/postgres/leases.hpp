#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include <duroxide/provider_messages.hpp>

namespace duroxide::postgres {

/// An actor that has fetched something: the number that the actor library has for it.
using Asker = std::uint64_t;

/// A turn that this process was handed out.
struct TurnLease {
  std::int64_t number = 0;  ///< of the instance
  std::string instance;
  std::uint64_t incarnation = 0;
  std::uint64_t execution = 1;
  std::uint64_t event_count = 0;
  std::string orchestration;
  std::string version;                    ///< empty before the first turn
  std::vector<std::int64_t> places = {};  ///< of the messages that it has
  std::string code;  ///< what it needs, as the column `code` of `turns` says it
  Asker asker = 0;
  std::int64_t holder = 0;
  bool is_being_acked = false;  ///< its ack is on its way
};

/// An activity that this process was handed out.
struct WorkLease {
  std::int64_t number = 0;
  std::int64_t execution = 0;
  std::int64_t event = 0;
  std::string instance;
  std::string name;
  Asker asker = 0;
  std::int64_t holder = 0;
};

/// What this process holds, by the fencing numbers. The database alone decides whether a lease still holds;
/// this says what a request that ends one is about, and which leases were never heard of here.
class Leases {
 public:
  std::unordered_map<provider::LockToken, TurnLease> turns;
  std::unordered_map<provider::LockToken, WorkLease> work;
  std::unordered_map<provider::LockToken, Asker> timers;

  /// All of an asker, who has given them back.
  void forget(Asker asker) {
    std::erase_if(turns, [asker](const auto& entry) { return entry.second.asker == asker; });
    std::erase_if(work, [asker](const auto& entry) { return entry.second.asker == asker; });
    std::erase_if(timers, [asker](const auto& entry) { return entry.second == asker; });
  }

  template <class Map>
  [[nodiscard]] static std::vector<std::int64_t> tokens_of(const Map& leases) {
    std::vector<std::int64_t> tokens;
    tokens.reserve(leases.size());
    for (const auto& entry : leases) {
      tokens.push_back(static_cast<std::int64_t>(entry.first));
    }
    return tokens;
  }
};

}  // namespace duroxide::postgres
