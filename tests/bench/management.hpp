#pragma once

#include <filesystem>
#include <vector>

#include "report.hpp"

/// What management costs on a store of a million instances, and what it costs the engine beside it.
std::vector<Figure> measure_management(const std::filesystem::path& directory, bool quick);
