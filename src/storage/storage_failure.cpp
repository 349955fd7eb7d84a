#include "storage/storage_failure.hpp"

#include <cerrno>
#include <system_error>

namespace duroxide::storage {

bool is_disk_full(int code) {
  return code == ENOSPC || code == EDQUOT || code == EFBIG;
}

StorageFailure system_failure(int code, const std::string& doing) {
  using Kind = ProviderError::Kind;
  const std::string text = doing + ": " + std::generic_category().message(code);
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
    case ENOMEM:
    case EAGAIN:
    case EINTR:
      return {Kind::storage, text, true};
    default:
      return {Kind::storage, text};
  }
}

}  // namespace duroxide::storage
