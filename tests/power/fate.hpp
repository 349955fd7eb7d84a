#pragma once

// What becomes of what was written and not flushed when the power is lost.

#include <cstdint>
#include <string>
#include <vector>

#include "power/trace.hpp"

namespace duroxide::power {

/// The smallest part of a file that a disk writes whole.
inline constexpr std::uint64_t sector_bytes = 512;

/// What is lost and what has reached the disk all the same. `writes` are records that change a file or
/// a directory; all of what they did is meant.
enum class Loss : std::uint8_t {
  all,             ///< everything that was not flushed is lost
  none,            ///< nothing is lost, as if the process alone had died
  sectors,         ///< each sector of each write by itself, at random
  writes,          ///< each write by itself, at random
  behind_one,      ///< what was written up to some moment is there, the rest is not
  before_one,      ///< the other way round: the latest writes have reached the disk first
  all_but_one,     ///< one write is lost
  all_but_a_part,  ///< one write has reached the disk in part
  only_one,        ///< one write is there
  only_a_part,     ///< some sectors of one write are there
};
inline constexpr int loss_count = 10;

[[nodiscard]] const char* name_of(Loss loss);

/// Decides for each write and sector. The same arguments decide the same.
class Fate {
 public:
  /// `pending` are the positions of what was not flushed, ascending.
  Fate(Loss loss, std::uint64_t seed, const std::vector<Position>& pending);

  /// Whether sector `sector` of the write at `position` is on the disk. `whole` is for what has no
  /// sectors: lengths of files, entries of directories.
  static constexpr std::uint64_t whole = ~std::uint64_t{0};
  [[nodiscard]] bool keeps(Position position, std::uint64_t sector) const;

 private:
  [[nodiscard]] bool coin(Position position, std::uint64_t sector) const;

  Loss loss_;
  std::uint64_t seed_;
  std::uint32_t percent_;  ///< of what is kept, where that is decided at random
  Position chosen_ = 0;    ///< the moment, or the write
};

}  // namespace duroxide::power
