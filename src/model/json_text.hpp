#pragma once

// Texts and times as JSON has them.

#include <optional>
#include <string>
#include <string_view>

#include <duroxide/clock.hpp>

namespace duroxide::model {

[[nodiscard]] std::string to_base64(std::string_view bytes);
/// Nothing if `text` is not the base64 of anything, padding included.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

/// ISO 8601 in UTC with milliseconds, `2023-11-14T22:13:20.123Z`; nothing for a time outside the
/// years 1970 to 9999.
[[nodiscard]] std::optional<std::string> to_iso(Timestamp time);
/// Of exactly that form.
[[nodiscard]] std::optional<Timestamp> from_iso(std::string_view text);

}  // namespace duroxide::model
