#pragma once

#include <filesystem>

namespace duroxide::storage {

/// Makes the file of a new store, a database without anything in it, if there is no file yet. It gets
/// its name when it is whole and on the disk, so a process that is killed meanwhile leaves no empty
/// `data.mdb`, which could not be told from one that has lost its contents. The caller holds the lock
/// of the directory. Throws `StorageFailure`.
void make_database(const std::filesystem::path& file);

}  // namespace duroxide::storage
