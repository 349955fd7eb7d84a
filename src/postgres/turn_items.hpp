#pragma once

#include <cstddef>

#include <string>

#include <duroxide/provider_messages.hpp>

#include "model/flaw.hpp"
#include "postgres/leases.hpp"
#include "postgres/rows.hpp"

namespace duroxide::postgres {

/// The flaw says what of it cannot be read.
[[nodiscard]] Result<provider::OrchestrationItem, model::Flaw> read_turn(const Rows::Row& row,
                                                                         TurnLease& lease);

/// An answer of `fetch_turns` takes no further turn once the messages of those that it has come to so many bytes.
inline constexpr std::size_t most_bytes_of_turns = std::size_t{16} * 1024 * 1024;

/// What the messages of a turn come to.
[[nodiscard]] std::size_t bytes_of_messages(const Rows::Row& row);

}  // namespace duroxide::postgres
