#pragma once

#include <filesystem>

namespace duroxide::testing {

/// Notes which files and directories the process brings to the disk with `fsync`, while it lives.
/// One at a time.
class SyncWatch {
 public:
  SyncWatch();
  ~SyncWatch();
  SyncWatch(const SyncWatch&) = delete;
  SyncWatch& operator=(const SyncWatch&) = delete;

  /// From now on every `fsync` of a directory fails so.
  void fail_directories(int code);
  /// `path` without links.
  [[nodiscard]] bool saw(const std::filesystem::path& path) const;
};

}  // namespace duroxide::testing
