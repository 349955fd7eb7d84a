#pragma once

#include <string>

#include "provider/core/common.hpp"

namespace duroxide::storage {

/// What a return code of LMDB or an `errno` means to the user of a store. `doing` says what failed.
[[nodiscard]] StorageFailure lmdb_failure(int code, const std::string& doing);

/// No room, but nothing broken: the same may work later.
[[nodiscard]] bool is_disk_full(int code);

/// Throws unless `code` is success.
void check_lmdb(int code, const char* doing);

}  // namespace duroxide::storage
