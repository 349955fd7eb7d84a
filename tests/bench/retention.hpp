#pragma once

#include <filesystem>
#include <vector>

#include "report.hpp"

/// How fast instances that have ended are deleted: by one call, and by a runtime with a retention.
std::vector<Figure> measure_retention(const std::filesystem::path& directory, bool quick);
