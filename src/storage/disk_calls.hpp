#pragma once

#include <sys/types.h>

// What is asked of the disk in another way on each system.

namespace duroxide::storage {

/// Brings what was written into a file to the disk, and of its entry in the file system what is needed to read
/// it again. Returns 0, or -1 and `errno` says why.
[[nodiscard]] int flush_bytes(int file);

/// Takes room on the disk for `bytes` from `offset` on, and makes the file that long if it is shorter.
/// Returns 0 or the code of the error, as ENOSPC.
[[nodiscard]] int take_room(int file, off_t offset, off_t bytes);

}  // namespace duroxide::storage
