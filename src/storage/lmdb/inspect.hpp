#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "storage/lmdb/page_file.hpp"

namespace duroxide::storage {

enum class DirectoryContent { nothing, store };

/// Looks whose database a directory holds, changing nothing. Only the pages on the way to its name are
/// read, and by no means through LMDB. Throws `StorageFailure`:
/// `foreign_store`, `newer_format`, `corrupt`, or what kept it from reading.
[[nodiscard]] DirectoryContent inspect_directory(const std::filesystem::path& directory);

/// The same without a lock: an owner may come meanwhile, and change the pages that are being read. So
/// what is found wrong is looked at again, and told only if two looks in a row say the same while nobody
/// owns the directory. Whoever owns it has looked at it: that is a store.
[[nodiscard]] DirectoryContent inspect_unlocked(const std::filesystem::path& directory,
                                                const std::function<bool()>& has_owner);

/// The format of the store in a file. `where` is what messages call it. Throws as
/// `inspect_directory` does.
[[nodiscard]] std::uint64_t check_format(const PageFile& file, const std::string& where);

}  // namespace duroxide::storage
