#pragma once

#include <string>
#include <string_view>

#include <duroxide/management_types.hpp>

#include "queries/rows.hpp"

namespace duroxide::storage {

/// A place as a text of letters and digits, for callers to give back.
[[nodiscard]] std::string encode_cursor(const InstanceFilter& filter, const Place& place);

/// Throws `invalid_input` if the text is no cursor, or one of another order.
[[nodiscard]] Place decode_cursor(const InstanceFilter& filter, std::string_view cursor);

}  // namespace duroxide::storage
