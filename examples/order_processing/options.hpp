#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>

#include <duroxide/result.hpp>

struct Options {
  std::filesystem::path input = DUROXIDE_SAMPLE_ORDERS;
  std::string store = "order-store";  ///< a directory, or the address of a database
  std::filesystem::path ledger;       ///< default: in the store's directory
  std::filesystem::path results;      ///< default: not written
  std::chrono::milliseconds work_time{40};
  std::size_t workers = 8;
  /// Of a database: for how long the others wait for a process that gives no sign of life.
  std::chrono::seconds lease{15};
  bool help = false;
};

extern const char* const usage;

/// The error says which argument is wrong.
duroxide::Result<Options, std::string> parse_options(int argc, char** argv);
