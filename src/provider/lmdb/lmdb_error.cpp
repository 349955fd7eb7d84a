#include "provider/lmdb/lmdb_error.hpp"

#include <cerrno>

#include <lmdb.h>

namespace duroxide::storage {

bool is_disk_full(int code) { return code == ENOSPC || code == EDQUOT || code == EFBIG; }

StorageFailure lmdb_failure(int code, const std::string& doing) {
  using Kind = ProviderError::Kind;
  const std::string text = doing + ": " + mdb_strerror(code);
  if (is_disk_full(code)) {
    return {Kind::disk_full, text + "; free some space, nothing was changed", true};
  }
  switch (code) {
    case EACCES:
    case EPERM:
    case EROFS:
      return {Kind::permission_denied, text};
    case ENOTDIR:
      return {Kind::not_a_directory, text};
    case MDB_INVALID:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_VERSION_MISMATCH:
      return {Kind::corrupt, text};
    case MDB_MAP_FULL:
    case ENOMEM:
    case EAGAIN:
    case EINTR:
      return {Kind::storage, text, true};
    default:
      return {Kind::storage, text};
  }
}

void check_lmdb(int code, const char* doing) {
  if (code != MDB_SUCCESS) {
    throw lmdb_failure(code, doing);
  }
}

}  // namespace duroxide::storage
