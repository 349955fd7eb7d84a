#pragma once

#include <filesystem>

#include "options.hpp"
#include "report.hpp"

/// What management costs on a store of a million instances, and what it costs the engine beside it.
[[nodiscard]] Row measure_management(const std::filesystem::path& directory,
                                     const Options& options);
