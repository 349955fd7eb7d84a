#pragma once

#include <filesystem>

namespace duroxide::storage {

enum class Found { nothing, store };

/// Looks whose database a directory holds, changing nothing. Throws `StorageFailure`:
/// `foreign_store`, `newer_format`, `corrupt`, or what kept it from reading.
[[nodiscard]] Found inspect_directory(const std::filesystem::path& directory);

}  // namespace duroxide::storage
