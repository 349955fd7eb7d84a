#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include <duroxide/management.hpp>

#include "full_store.hpp"
#include "report.hpp"

constexpr double milli = 1e3;

/// Seconds of each of so many calls, sorted.
[[nodiscard]] std::vector<double> time_calls(std::size_t times, const std::function<void()>& call);

/// How a page in the middle is asked for: by how many rows stand before it, or by the cursor of the page before.
enum class Turning { by_offset, by_cursor };

/// Pages of 100 by every field of a filter, alone and together, and in each order, of a store that is filled as
/// `fill_full_store` does. The slowest may take so many milliseconds.
[[nodiscard]] std::vector<Figure> measure_pages(const duroxide::ManagementClient& client,
                                                const FullStore& store, std::size_t times,
                                                double most_ms, Turning turning);
