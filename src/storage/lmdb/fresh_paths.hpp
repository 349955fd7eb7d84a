#pragma once

#include <filesystem>
#include <vector>

namespace duroxide::storage {

/// Takes back what an attempt that fails has made: a directory with its parents, and files.
class FreshPaths {
 public:
  explicit FreshPaths(const std::filesystem::path& directory);
  ~FreshPaths();
  FreshPaths(const FreshPaths&) = delete;
  FreshPaths& operator=(const FreshPaths&) = delete;

  void add(std::filesystem::path file);
  void keep() { made_.clear(); }

 private:
  std::vector<std::filesystem::path> made_;
};

/// Makes a directory with its parents, for their owner alone, and brings their names to the disk.
/// Throws `StorageFailure`, also if something else is there, a link for one.
void make_directory(const std::filesystem::path& directory);

/// Brings what was made in a directory, or renamed there, to the disk. Throws `StorageFailure`.
void sync_directory(const std::filesystem::path& directory);

/// The same, and likewise the names of the directory itself and of those above it that belong to this
/// user: whoever made them may have been killed before they were on the disk.
void sync_directories(const std::filesystem::path& directory);

}  // namespace duroxide::storage
