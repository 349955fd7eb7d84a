#pragma once

// The body of a record of the log whose rows have shared payloads: each payload stands in it once, in
// however many rows it is. What is repeated stands in the same body, so a commit is still there as a whole
// or not at all.

#include <string>
#include <string_view>

#include "model/flaw.hpp"
#include "storage/kv.hpp"
#include "storage/log/record.hpp"

namespace duroxide::storage {

/// The record of what has shared payloads. `spare`: see `CommitRecord::room_for`.
[[nodiscard]] CommitRecord record_with_payloads(const Changes& changes, std::string spare = {});

/// Whether a body is one with payloads.
[[nodiscard]] bool has_payloads(std::string_view body);

/// As `decode_changes_onto`, of a body with payloads. Rows that had one together share it again. Its bytes
/// have no checksum of their own: that of the record of the log covers them.
[[nodiscard]] model::Checked decode_payloads_onto(Changes& changes, std::string_view body);

}  // namespace duroxide::storage
