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

}  // namespace duroxide::storage
