#pragma once

#include <filesystem>
#include <vector>

namespace duroxide::storage {

/// Of a directory and those above it, the ones that are not there, the innermost first. A link is there,
/// wherever it leads.
[[nodiscard]] std::vector<std::filesystem::path> missing_directories(
    const std::filesystem::path& directory);

/// Makes a directory with its parents, for their owner alone, and brings their names to the disk.
/// Throws `StorageFailure`, also if something else is there, a link for one.
void make_directory(const std::filesystem::path& directory);

/// Brings what was made in a directory, or renamed there, to the disk. Throws `StorageFailure`.
void sync_directory(const std::filesystem::path& directory);

/// The same, and likewise the names of the directory itself and of those above it that belong to this
/// user: whoever made them may have been killed before they were on the disk.
void sync_directories(const std::filesystem::path& directory);

}  // namespace duroxide::storage
