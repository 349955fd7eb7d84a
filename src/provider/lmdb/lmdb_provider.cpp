#include <duroxide/lmdb_provider.hpp>

#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "provider/lmdb/directory_lock.hpp"
#include "provider/lmdb/inspect.hpp"
#include "provider/lmdb/lmdb_error.hpp"
#include "provider/lmdb/lmdb_kv.hpp"
#include "provider/store_impl.hpp"

namespace duroxide {

namespace {

namespace fs = std::filesystem;
using storage::StorageFailure;

/// Makes a directory with its parents, and takes back what an opening that fails has made.
class FreshPaths {
 public:
  explicit FreshPaths(const fs::path& directory) {
    std::error_code ignored;
    for (fs::path path = directory; !path.empty() && !fs::exists(path, ignored);
         path = path.parent_path()) {
      made_.push_back(path);
    }
  }
  ~FreshPaths() {
    std::error_code ignored;
    for (const fs::path& path : made_) {
      fs::remove(path, ignored);  // files first, as they were added; a directory only if empty
    }
  }
  FreshPaths(const FreshPaths&) = delete;
  FreshPaths& operator=(const FreshPaths&) = delete;

  void add(fs::path file) { made_.insert(made_.begin(), std::move(file)); }
  void keep() { made_.clear(); }

 private:
  std::vector<fs::path> made_;
};

void make_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) {
    if (error.value() == EEXIST) {
      error = std::make_error_code(std::errc::not_a_directory);
    }
    throw storage::lmdb_failure(error.value(), "making the directory `" + directory.string() + "`");
  }
  if (!fs::is_directory(directory, error)) {
    throw storage::lmdb_failure(ENOTDIR, "`" + directory.string() + "`");
  }
}

storage::ProviderParts open_parts(const fs::path& directory, const LmdbOptions& options) {
  FreshPaths fresh(directory);
  make_directory(directory);
  std::error_code ignored;
  if (!fs::exists(directory / storage::lock_file_name, ignored)) {
    // Nobody's lock: look before anything is put into what may be another program's directory.
    (void)storage::inspect_directory(directory);
  }
  storage::DirectoryLock lock(directory);
  if (lock.created()) {
    fresh.add(directory / storage::lock_file_name);
  }
  if (storage::inspect_directory(directory) == storage::Found::nothing) {
    for (const char* file : {"lock.mdb", "data.mdb"}) {
      if (!fs::exists(directory / file, ignored)) {
        fresh.add(directory / file);
      }
    }
  }
  lock.write_holder();
  storage::ProviderParts parts;
  parts.store = std::make_shared<storage::LmdbKv>(directory, options.durability(),
                                                  options.map_size(), std::move(lock));
  parts.session = storage::open_session(*parts.store);
  parts.clock = options.clock();
  parts.log = options.log_sink();
  fresh.keep();
  return parts;
}

}  // namespace

LmdbOptions::LmdbOptions() : clock_(system_clock()), log_sink_(stderr_log_sink(LogLevel::warn)) {}

Result<Store, ProviderError> LmdbProvider::open(const std::filesystem::path& directory,
                                                const LmdbOptions& options) {
  try {
    auto parts = open_parts(directory, options);
    return detail::start_store(
        options.actor_system() ? *options.actor_system() : ActorSystem::create(), std::move(parts));
  } catch (const StorageFailure& failed) {
    ProviderError error = failed.error();
    error.operation = "open";
    return failure(std::move(error));
  } catch (const std::exception& failed) {
    return failure(storage::make_error(ProviderError::Kind::storage, "open", failed.what()));
  }
}

}  // namespace duroxide
