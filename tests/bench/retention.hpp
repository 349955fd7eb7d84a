#pragma once

#include <filesystem>

#include "options.hpp"
#include "report.hpp"

/// How fast instances that have ended are deleted: by one call, and by a runtime with a retention.
[[nodiscard]] Row measure_retention(const std::filesystem::path& directory, const Options& options);
