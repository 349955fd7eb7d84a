// Opening a store to look at it, beside whoever runs on it.

#include <cerrno>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <duroxide/lmdb_provider.hpp>

#include "protocol/store_impl.hpp"
#include "provider/start_store.hpp"
#include "storage/format.hpp"
#include "storage/lmdb/inspect.hpp"
#include "storage/lmdb/lmdb_error.hpp"
#include "storage/lmdb/lmdb_reader.hpp"
#include "storage/lmdb/store_files.hpp"
#include "storage/size_signal.hpp"

namespace duroxide {

namespace {

namespace fs = std::filesystem;
using storage::LmdbReader;
using storage::StorageFailure;
using Kind = ProviderError::Kind;

void require_presence(const fs::path& directory) {
  struct stat info {};
  if (::lstat(directory.c_str(), &info) != 0 && errno == ENOENT) {
    throw StorageFailure(Kind::no_store, "there is no directory `" + directory.string() + "`");
  }
}

bool may_write(const fs::path& path) {
  return ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0;
}

/// A lock file of somebody else's would keep the store's owner out.
bool may_make_files(const fs::path& directory) {
  struct stat info {};
  const uid_t self = ::geteuid();
  return may_write(directory) && ::stat(directory.c_str(), &info) == 0 &&
         (self == 0 || self == info.st_uid);
}

/// LMDB itself would go without its lock file where that cannot be written, and take no care.
LmdbReader::Guard guard_for(const fs::path& directory) {
  const fs::path marks = directory / "lock.mdb";
  std::error_code ignored;
  const bool can_mark = fs::exists(marks, ignored) ? may_write(marks) : may_make_files(directory);
  return can_mark ? LmdbReader::Guard::reader_marks : LmdbReader::Guard::no_owner;
}

StorageFailure nothing_in(const fs::path& directory) {
  return {Kind::no_store, "there is no store in `" + directory.string() + "`"};
}

std::shared_ptr<storage::KvStore> open_beside_owner(const fs::path& directory) {
  const storage::SizeSignalHeld held;
  require_presence(directory);
  storage::require_store_files(directory, storage::Use::read);
  storage::ProcessClaim claim(directory);
  // Its owner, if there is one, has looked at the file when it opened it, and changes it now.
  const auto found = storage::inspect_unlocked(
      directory, [&] { return storage::owner_of(directory).has_value(); });
  if (found == storage::DirectoryContent::nothing) {
    throw nothing_in(directory);
  }
  auto reader = std::make_shared<LmdbReader>(directory, std::move(claim), guard_for(directory));
  // The opening that made the tables may have been cut off before it made a store of them.
  const auto view = reader->snapshot();
  if (!view->get(storage::Table::meta, storage::meta_keys::openings) &&
      view->count(storage::Table::ids) == 0) {
    throw nothing_in(directory);
  }
  return reader;
}

}  // namespace

Result<Store, ProviderError> LmdbProvider::open_read_only(const fs::path& directory,
                                                          const LmdbOptions& options) {
  try {
    auto kv = open_beside_owner(directory);
    storage::warn_of_exposure(directory, options.log_sink());
    Store store = detail::start_read_only_store(
        options.actor_system() ? *options.actor_system() : ActorSystem::create(), std::move(kv),
        options.clock(), options.log_sink());
    detail::StoreAccess::impl(store).directory = fs::absolute(directory);
    return store;
  } catch (const StorageFailure& failed) {
    ProviderError error = failed.error();
    error.operation = "open_read_only";
    return failure(std::move(error));
  } catch (const std::exception& failed) {
    return failure(storage::make_error(Kind::storage, "open_read_only", failed.what()));
  }
}

}  // namespace duroxide
