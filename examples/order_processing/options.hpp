#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>

#include <duroxide/result.hpp>

struct Options {
  std::filesystem::path input = DUROXIDE_SAMPLE_ORDERS;
  std::filesystem::path store = "order-store";
  std::filesystem::path ledger;   ///< default: in the store's directory
  std::filesystem::path results;  ///< default: not written
  std::chrono::milliseconds work_time{40};
  std::size_t workers = 8;
  bool help = false;
};

extern const char* const usage;

/// The error says which argument is wrong.
duroxide::Result<Options, std::string> parse_options(int argc, char** argv);
