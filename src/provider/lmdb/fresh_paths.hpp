#pragma once

#include <filesystem>
#include <vector>

namespace duroxide::storage {

/// Makes a directory with its parents, and takes back what an attempt that fails has made.
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

/// Throws `StorageFailure`.
void make_directory(const std::filesystem::path& directory);

}  // namespace duroxide::storage
