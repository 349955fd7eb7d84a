#include "storage/lmdb/lmdb_error.hpp"

#include <cerrno>

#include <fcntl.h>
#include <lmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/disk_calls.hpp"

namespace duroxide::storage {

StorageFailure lmdb_failure(int code, const std::string& doing) {
  const std::string text = doing + ": " + mdb_strerror(code);
  switch (code) {
    case MDB_INVALID:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_VERSION_MISMATCH:
      return {ProviderError::Kind::corrupt, text};
    case MDB_PANIC:
      return {ProviderError::Kind::closed,
              doing + ": the store has stopped, as its header could not be written; open it again"};
    case MDB_READERS_FULL:
      return {ProviderError::Kind::storage,
              doing + ": too many readers at once; try again when some of them have ended", true};
    case MDB_MAP_FULL:
      return {ProviderError::Kind::storage, text, true};
    default:
      return code > 0 ? system_failure(code, doing)
                      : StorageFailure(ProviderError::Kind::storage, text);
  }
}

int tell_full_disk(int code, const std::filesystem::path& file, std::uint64_t bytes) {
  if (code != EIO) {
    return code;
  }
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat info {};
  if (descriptor < 0 || ::fstat(descriptor, &info) != 0) {
    return code;
  }
  const int problem = take_room(descriptor, info.st_size, static_cast<off_t>(bytes));
  // A probe only. That the file stays a little longer if this fails does no harm.
  (void)!::ftruncate(descriptor, info.st_size);
  ::close(descriptor);
  return is_disk_full(problem) ? problem : code;
}

void check_lmdb(int code, const char* doing) {
  if (code != MDB_SUCCESS) {
    throw lmdb_failure(code, doing);
  }
}

}  // namespace duroxide::storage
