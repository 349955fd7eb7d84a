#pragma once

// What stands in front of every value on the disk: a mark, and a checksum of the value together with
// its table and key. So neither changed bytes nor a value that stands under another's key are ever
// taken for what was written.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "storage/kv.hpp"

namespace duroxide::storage {

inline constexpr std::size_t seal_bytes = 1 + 8;

/// The number of the store's format is read before anything else, by every release: it has none.
[[nodiscard]] bool has_seal(Table table, std::string_view key);

/// Writes the seal and the value to `target`, which has room for both.
void write_sealed(char* target, Table table, std::string_view key, model::BytesView value);

/// The value without its seal. Releases of format 1 and 2 wrote none: then `stored` is the value. If
/// the checksum does not fit, the whole of `stored` is given, which no decoder takes for a value:
/// see `model::broken_seal`.
[[nodiscard]] std::string_view unseal(Table table, std::string_view key, std::string_view stored);

/// The same of each value that a cursor of this table comes to.
[[nodiscard]] std::unique_ptr<Cursor> unsealed(std::unique_ptr<Cursor> rows, Table table);

/// Whether `unseal` gave a value that was damaged, or belongs to another key.
[[nodiscard]] bool is_broken(std::string_view value);

}  // namespace duroxide::storage
