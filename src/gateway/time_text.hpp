#pragma once

// Moments and durations as people and programs write them.

#include <optional>
#include <string>
#include <string_view>

#include <duroxide/clock.hpp>

namespace duroxide::gateway {

/// `2026-01-31T08:15:00.250Z`.
[[nodiscard]] std::string time_text(Timestamp time);

/// The same form; the time of day, the seconds and their fraction may be missing, and a blank may
/// stand for the `T`. UTC, with or without the `Z`.
[[nodiscard]] std::optional<Timestamp> parse_time(std::string_view text);

/// `250ms`, `30s`, `5m`, `2h`, `7d`; a number without a unit is no duration.
[[nodiscard]] std::optional<Milliseconds> parse_duration(std::string_view text);

/// In the two largest units: `3s`, `5m 10s`, `2d 4h`; below a second `250ms`.
[[nodiscard]] std::string duration_text(Milliseconds duration);

}  // namespace duroxide::gateway
