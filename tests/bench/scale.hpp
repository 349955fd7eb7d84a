#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "report.hpp"

/// How costs grow: a chain ten times as long, and a store full of instances that wait.
std::vector<Figure> measure_scale(const std::filesystem::path& directory, bool quick);

/// What `measure_scale` runs in a process of its own, to see its memory: opens the store, starts a
/// runtime, finishes one of the waiting instances, and prints seconds until ready and peak memory.
int open_full_store(const std::filesystem::path& directory);
