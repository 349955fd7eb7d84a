#pragma once

// The body of a record of the log: what one commit changes.

#include <cstdint>
#include <string>
#include <string_view>

#include "model/flaw.hpp"
#include "storage/kv.hpp"
#include "storage/log/record.hpp"

namespace duroxide::storage {

/// What `decode_changes_onto` reads.
[[nodiscard]] std::string encode_changes(const Changes& changes);

/// The record with this body. `spare`: see `CommitRecord::room_for`.
[[nodiscard]] CommitRecord record_of(const Changes& changes, std::string spare = {});

/// Lays what the bytes say over `changes`. If they make no sense, `changes` may hold a part of it.
[[nodiscard]] model::Checked decode_changes_onto(Changes& changes, std::string_view bytes);

/// What a record of the log changes. `number` is the record's. Throws `StorageFailure`, `corrupt`, if it
/// makes no sense.
[[nodiscard]] Changes changes_of(std::uint64_t number, std::string_view body);

}  // namespace duroxide::storage
