#include "storage/lmdb/fresh_paths.hpp"

#include <system_error>
#include <utility>

#include "storage/directories.hpp"

namespace duroxide::storage {

namespace fs = std::filesystem;

FreshPaths::FreshPaths(const fs::path& directory) : made_(missing_directories(directory)) {}

FreshPaths::~FreshPaths() {
  std::error_code ignored;
  for (const fs::path& path : made_) {
    fs::remove(path, ignored);  // files first, as they were added; a directory only if empty
  }
}

void FreshPaths::add(fs::path file) {
  made_.insert(made_.begin(), std::move(file));
}

}  // namespace duroxide::storage
