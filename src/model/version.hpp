#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace duroxide::model {

/// `major.minor.patch`; compares as versions do.
using Version = std::array<std::uint32_t, 3>;

[[nodiscard]] std::optional<Version> parse_version(std::string_view text);

}  // namespace duroxide::model
