#pragma once

#include <cstdint>

#include <duroxide/version.hpp>

namespace duroxide::DUROXIDE_ABI {

/// What a commit waits for.
enum class Durability : std::uint8_t {
  full,  ///< every commit is on the disk before anybody hears of it; nothing is ever lost
  /// Flushed within about 20 ms: a loss of power may lose what was committed last, never order or
  /// consistency; a crash of the process loses nothing.
  relaxed,
  none,  ///< may lose or corrupt everything on power loss, nothing on a crash of the process
};

}  // namespace duroxide::DUROXIDE_ABI
