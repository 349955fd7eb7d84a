#pragma once

#include <string>
#include <string_view>

#include <duroxide/management_types.hpp>

#include "postgres/listing_values.hpp"

namespace duroxide::postgres {

/// A place as a text of letters and digits, for callers to give back.
[[nodiscard]] std::string encode_cursor(const InstanceFilter& filter, const Place& place);

/// Throws `Refusal` if the text is no cursor, or one of another order.
[[nodiscard]] Place decode_cursor(const InstanceFilter& filter, std::string_view cursor);

}  // namespace duroxide::postgres
