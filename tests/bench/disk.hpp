#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

/// From now on each flush of a file in this process takes so long, and does nothing else. Together with
/// files in memory that is a disk without moods.
void simulate_flushes(std::chrono::microseconds each);

/// A file system in memory that may be written, for the files of the simulated disk.
[[nodiscard]] std::optional<std::filesystem::path> memory_file_system();
