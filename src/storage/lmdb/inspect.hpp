#pragma once

#include <filesystem>

namespace duroxide::storage {

enum class DirectoryContent { nothing, store };

/// Looks whose database a directory holds, changing nothing. Only the pages on the way to its name are
/// read, and by no means through LMDB. Nobody may write meanwhile. Throws `StorageFailure`:
/// `foreign_store`, `newer_format`, `corrupt`, or what kept it from reading.
[[nodiscard]] DirectoryContent inspect_directory(const std::filesystem::path& directory);

}  // namespace duroxide::storage
