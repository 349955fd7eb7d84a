#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

/// What the command line says.
struct Options {
  bool quick = false;
  std::size_t runs = 5;
  std::optional<std::filesystem::path> json;
  std::filesystem::path directory = ".";
  /// How long a flush of the simulated disk takes; 0: the disk is a real one.
  std::chrono::microseconds simulated_flush{0};
  std::optional<std::filesystem::path> baseline;
  std::optional<std::string> only;
  bool dbos = false;  ///< of the part `postgres`: also DBOS, on the same server
};
