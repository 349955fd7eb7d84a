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

/// Has what is written into an open file, and read from it, go past the system's cache from now on, or
/// through it again. Past it, memory, place and length must be in whole sectors of the disk, or the call
/// fails with EINVAL, and what is written is on the disk after `flush_bytes`, as ever. False if it cannot
/// be had; then nothing has changed.
[[nodiscard]] bool write_past_cache(int file, bool past);

}  // namespace duroxide::storage
