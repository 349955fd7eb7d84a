#include "storage/lmdb/new_database.hpp"

#include <cerrno>
#include <memory>
#include <string>

#include <fcntl.h>
#include <lmdb.h>
#include <unistd.h>

#include "storage/lmdb/leftover_copy.hpp"
#include "storage/lmdb/lmdb_error.hpp"
#include "storage/private_files.hpp"

namespace duroxide::storage {

namespace {

namespace fs = std::filesystem;

/// What an opening that was killed has left. Anything else is somebody's.
void clear(const fs::path& file) {
  const model::FileDescriptor left = open_file(file, O_RDWR);
  if (!left.is_open()) {
    return;
  }
  if (!is_leftover_copy(left.get())) {
    throw StorageFailure(ProviderError::Kind::foreign_store,
                         "`" + file.string() +
                             "` is in the way of a new store, and none of its files; put it "
                             "elsewhere");
  }
  if (::unlink(file.c_str()) != 0) {
    throw lmdb_failure(errno, "removing `" + file.string() + "`");
  }
}

/// LMDB writes its two headers when it opens an empty file.
void fill(const fs::path& file, int made) {
  MDB_env* created = nullptr;
  check_lmdb(mdb_env_create(&created), "creating the environment");
  const std::unique_ptr<MDB_env, decltype(&mdb_env_close)> env(created, &mdb_env_close);
  const int code = mdb_env_open(env.get(), file.c_str(), MDB_NOSUBDIR | MDB_NOLOCK, 0600);
  if (code != MDB_SUCCESS) {
    throw lmdb_failure(code, "making `" + file.string() + "`");
  }
  int opened = -1;
  check_lmdb(mdb_env_get_fd(env.get(), &opened), "looking at the open file");
  if (!is_at(file, opened) || !is_at(file, made)) {
    throw StorageFailure(ProviderError::Kind::permission_denied,
                         "somebody has put another file in the place of `" + file.string() +
                             "` while it was made; keep the directory to its owner");
  }
  check_lmdb(mdb_env_sync(env.get(), 1), "syncing the new store");
}

}  // namespace

void make_database(const fs::path& file) {
  if (require_file(file, Use::write)) {
    return;
  }
  const fs::path unfinished = file.string() + ".new";
  clear(unfinished);
  const model::FileDescriptor made = make_file(unfinished);
  try {
    fill(unfinished, made.get());
    if (::rename(unfinished.c_str(), file.c_str()) != 0) {
      throw lmdb_failure(errno, "making `" + file.string() + "`");
    }
  } catch (...) {
    (void)::unlink(unfinished.c_str());
    throw;
  }
}

}  // namespace duroxide::storage
