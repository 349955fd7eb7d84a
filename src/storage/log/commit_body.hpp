#pragma once

// The body of a record of the log: what one commit changes.

#include <cstdint>
#include <string>
#include <string_view>

#include "model/flaw.hpp"
#include "storage/kv.hpp"
#include "storage/log/record.hpp"

namespace duroxide::storage {

/// What `decode_changes_onto` reads: as stores up to format 7 have it, with each payload in full.
[[nodiscard]] std::string encode_changes(const Changes& changes);

/// The record of the log with these changes, in which a shared payload stands once. `spare`: see
/// `CommitRecord::room_for`.
[[nodiscard]] CommitRecord record_of(const Changes& changes, std::string spare = {});

/// Lays what the bytes say over `changes`. If they make no sense, `changes` may hold a part of it.
[[nodiscard]] model::Checked decode_changes_onto(Changes& changes, std::string_view bytes);

/// As `decode_changes_onto`, of the body of a record that `record_of` has made.
[[nodiscard]] model::Checked decode_body_onto(Changes& changes, std::string_view body);

/// What a record of the log changes. `number` is the record's. Throws `StorageFailure`, `corrupt`, if it
/// makes no sense.
[[nodiscard]] Changes changes_of(std::uint64_t number, std::string_view body);

}  // namespace duroxide::storage
