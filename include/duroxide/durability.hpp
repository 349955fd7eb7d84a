#pragma once

#include <cstdint>

namespace duroxide {

/// What a commit waits for.
enum class Durability : std::uint8_t {
  full,     ///< every commit is on the disk before anybody hears of it; nothing is ever lost
  relaxed,  ///< may lose the last commit on power loss, never consistency (LMDB's no-meta-sync)
  none,     ///< may lose or corrupt everything on power loss, nothing on a crash of the process
};

}  // namespace duroxide
