#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "storage/storage_failure.hpp"

namespace duroxide::storage {

/// What a return code of LMDB or an `errno` means to the user of a store. `doing` says what failed.
[[nodiscard]] StorageFailure lmdb_failure(int code, const std::string& doing);

/// LMDB calls a write that was cut short for want of room an input/output error. Returns what stands
/// in the way of `bytes` more in `file`, or `code` if nothing does.
[[nodiscard]] int tell_full_disk(int code, const std::filesystem::path& file, std::uint64_t bytes);

/// Throws unless `code` is success.
void check_lmdb(int code, const char* doing);

}  // namespace duroxide::storage
