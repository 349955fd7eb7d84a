#pragma once

#include <cstdint>
#include <filesystem>

namespace duroxide::testing {

/// While it lives, the files in a directory stand on a disk of a certain size: what would make them
/// longer than that is refused as the C library refuses it, or written in part. One at a time.
class FullDisk {
 public:
  /// A disk with so much room besides what is there.
  FullDisk(const std::filesystem::path& directory, std::uint64_t free_bytes);
  ~FullDisk();
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

  /// Makes the disk larger.
  void add(std::uint64_t bytes);
  [[nodiscard]] std::uint64_t free_bytes() const;
};

}  // namespace duroxide::testing
