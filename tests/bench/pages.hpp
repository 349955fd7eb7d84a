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

/// Pages of 100 by every field of a filter, alone and together, and in each order, of a store that is filled as
/// `fill_full_store` does. The slowest may take so many milliseconds.
[[nodiscard]] std::vector<Figure> measure_pages(const duroxide::ManagementClient& client,
                                                const FullStore& store, std::size_t times,
                                                double most_ms);
