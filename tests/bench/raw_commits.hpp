#pragma once

#include <cstddef>
#include <filesystem>

/// Seconds that one synced LMDB commit of one 200-byte record takes on the disk of `directory`, on
/// average over `commits` of them. Throws `std::runtime_error`.
double raw_commit_seconds(const std::filesystem::path& directory, std::size_t commits);
