#include "provider/lmdb/fresh_paths.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include "provider/lmdb/lmdb_error.hpp"

namespace duroxide::storage {

namespace fs = std::filesystem;

FreshPaths::FreshPaths(const fs::path& directory) {
  std::error_code ignored;
  for (fs::path path = directory; !path.empty() && !fs::exists(path, ignored);
       path = path.parent_path()) {
    made_.push_back(path);
  }
}

FreshPaths::~FreshPaths() {
  std::error_code ignored;
  for (const fs::path& path : made_) {
    fs::remove(path, ignored);  // files first, as they were added; a directory only if empty
  }
}

void FreshPaths::add(fs::path file) {
  made_.insert(made_.begin(), std::move(file));
}

void make_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) {
    if (error.value() == EEXIST) {
      error = std::make_error_code(std::errc::not_a_directory);
    }
    throw lmdb_failure(error.value(), "making the directory `" + directory.string() + "`");
  }
  if (!fs::is_directory(directory, error)) {
    throw lmdb_failure(ENOTDIR, "`" + directory.string() + "`");
  }
}

}  // namespace duroxide::storage
