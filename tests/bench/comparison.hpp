#pragma once

#include <filesystem>

#include "report.hpp"

/// Compares what a unit of each workload uses with what it used when `baseline` was written with
/// `--json`, and prints what has become more or less. Returns whether nothing has become more than it
/// may. Times are not compared. Throws `std::runtime_error` if a row is missing on either side.
[[nodiscard]] bool compare(const Report& report, const std::filesystem::path& baseline);
