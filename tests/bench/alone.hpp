#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "options.hpp"

/// Runs this program again, to do one thing in a process of its own, whose memory nothing else has
/// touched; returns the numbers that it prints. `what` is one of the names in `alone.cpp`, `count` says
/// of how many instances, or which.
[[nodiscard]] std::vector<double> run_alone(const std::string& what,
                                            const std::filesystem::path& directory,
                                            std::size_t count, const Options& options);

/// The other side of that: `--alone WHAT DIRECTORY COUNT`. Returns the exit status.
int be_alone(const std::string& what, const std::filesystem::path& directory, std::size_t count);
