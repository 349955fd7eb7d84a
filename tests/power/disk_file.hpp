#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "power/fate.hpp"

namespace duroxide::power {

/// One file on a disk that loses its power: what it surely holds, and what was written since.
///
/// A sector may be left as it was surely, or as any later write has made it; sectors are independent
/// of each other, and the length of the file is independent of all of them. What is within the length
/// and never reached the disk is zero.
class DiskFile {
 public:
  void write(Position position, std::uint64_t offset, std::string_view bytes);
  void resize(Position position, std::uint64_t size);
  /// What stands before this position is on the disk, the length too.
  void flush(Position before);
  /// One write is, and the length if it is needed to read that.
  void write_through(Position position);

  /// What a loss of power leaves.
  [[nodiscard]] std::string left(const Fate& fate) const;
  /// Adds the positions of what is not on the disk.
  void pending(std::set<Position>& positions) const;

 private:
  /// The sector as a write has made it.
  struct Version {
    Position position;
    std::string bytes;
    bool by_length;  ///< what cut the file off: that happens whole or not at all
  };
  struct Length {
    Position position;
    std::uint64_t size;
  };

  /// The sector as a reader sees it now.
  [[nodiscard]] std::string current(std::uint64_t sector) const;
  [[nodiscard]] std::string sure(std::uint64_t sector) const;
  void make_sure(std::uint64_t sector, const std::string& bytes);
  [[nodiscard]] std::uint64_t current_size() const;
  void make_length_sure(Position before);

  std::string sure_;             ///< whole sectors, whatever the length
  std::uint64_t sure_size_ = 0;  ///< the length that is surely on the disk
  std::map<std::uint64_t, std::vector<Version>> written_;  ///< by sector, in order
  std::vector<Length> lengths_;                            ///< in order
  std::map<Position, std::pair<std::uint64_t, std::uint64_t>>
      extents_;  ///< offset and end of writes
};

}  // namespace duroxide::power
