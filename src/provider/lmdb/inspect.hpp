#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "provider/lmdb/page_file.hpp"

namespace duroxide::storage {

enum class Found { nothing, store };

/// Looks whose database a directory holds, changing nothing. Only the pages on the way to its name are
/// read, and by no means through LMDB. Throws `StorageFailure`:
/// `foreign_store`, `newer_format`, `corrupt`, or what kept it from reading.
[[nodiscard]] Found inspect_directory(const std::filesystem::path& directory);

/// The format of the store in a file. `where` is what messages call it. Throws as
/// `inspect_directory` does.
[[nodiscard]] std::uint64_t check_format(const PageFile& file, const std::string& where);

}  // namespace duroxide::storage
