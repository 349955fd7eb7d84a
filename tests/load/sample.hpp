#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <duroxide/management.hpp>

namespace duroxide::load {

/// Bytes that this process has allocated and not freed, as the allocator counts them. Unlike the
/// resident set it does not depend on what the allocator keeps for later.
[[nodiscard]] std::uint64_t heap_bytes();

/// How many entries a directory of `/proc` has, such as `/proc/self/fd`.
[[nodiscard]] std::uint64_t entries_of(const std::filesystem::path& directory);

/// The process and its store at one moment.
struct Sample {
  std::uint64_t orchestrations = 0;  ///< started so far
  std::uint64_t heap = 0;            ///< bytes
  std::uint64_t descriptors = 0;
  std::uint64_t threads = 0;
  std::uint64_t store_bytes = 0;  ///< pages that hold something
  std::uint64_t file_bytes = 0;   ///< of all files of the store
  std::uint64_t readers = 0;      ///< snapshots that are held
  std::uint64_t reader_age = 0;   ///< of the oldest of them, in milliseconds
  std::uint64_t queued = 0;       ///< turns, activities and timers
  std::uint64_t instances = 0;    ///< in the store
  std::int64_t residents = 0;     ///< orchestrations in memory
};

/// Throws if management does not answer.
[[nodiscard]] Sample take_sample(const ManagementClient& management,
                                 const std::filesystem::path& store);

/// The files of a directory, in bytes.
[[nodiscard]] std::uint64_t size_of(const std::filesystem::path& directory);

}  // namespace duroxide::load
