#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <duroxide/clock.hpp>

namespace duroxide::DUROXIDE_ABI::detail {

/// Turns whose code has held a thread of the engine's for so long that it was noticed, of all runtimes
/// of this process on one store. Thread-safe.
class OverdueTurns {
 public:
  struct Turn {
    std::string instance;
    std::string orchestration;
    std::string version;
    Timestamp since;
  };

  using Id = std::uint64_t;

  /// Returns a number for it, which is not 0.
  Id add(Turn turn);
  /// It has ended.
  void remove(Id id);

  /// Those that last still, the oldest first.
  [[nodiscard]] std::vector<Turn> all() const;
  /// How many there were since the store was opened, with those that have ended.
  [[nodiscard]] std::uint64_t count() const;

 private:
  mutable std::mutex mutex_;
  std::map<Id, Turn> turns_;
  Id last_ = 0;  ///< number of the last one, and so how many there were
};

}  // namespace duroxide::DUROXIDE_ABI::detail
