#pragma once

#include <cstdint>

#include <duroxide/errors.hpp>
#include <duroxide/result.hpp>

#include "postgres/session.hpp"

namespace duroxide::postgres {

/// The form of the tables and functions that this release makes and needs.
inline constexpr std::int64_t schema_version = 1;
/// What a schema of that version has had last: no release has written version 1 yet, so it still changes, and
/// one that an earlier state of the sources has made is told by this.
inline constexpr const char* newest_function = "reserve_numbers(bigint)";

/// Sees to it that the schema is there in this release's form. Of several processes one makes or changes it,
/// and the others wait. Errors: `newer_format`, `not_available` if an earlier state of the sources has made it,
/// `no_store` if there is none and it is not to be made, and those of the database.
[[nodiscard]] Result<void, ProviderError> prepare_schema(Session& session, bool makes_it);

}  // namespace duroxide::postgres
