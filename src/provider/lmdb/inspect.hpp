#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <lmdb.h>

namespace duroxide::storage {

enum class Found { nothing, store };

/// Looks whose database a directory holds, changing nothing. Throws `StorageFailure`:
/// `foreign_store`, `newer_format`, `corrupt`, or what kept it from reading.
[[nodiscard]] Found inspect_directory(const std::filesystem::path& directory);

/// The format of the store that a transaction sees. `where` is what messages call it. Throws as
/// `inspect_directory` does.
[[nodiscard]] std::uint64_t check_format(MDB_txn* txn, const std::string& where);

}  // namespace duroxide::storage
