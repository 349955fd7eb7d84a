#pragma once

#include <cstdint>
#include <filesystem>

/// What `fill_full_store` has put where, for those who ask for it.
struct FullStore {
  std::uint64_t instances = 0;
  std::uint64_t children = 0;  ///< of `parent_id`
  const char* parent_id = "instance-0";
  const char* running_id = "instance-1";
  const char* orchestration = "Orders";  ///< of a tenth of them
  const char* tag = "urgent";            ///< of a twentieth
};

/// Writes a store with so many instances by way of the storage layer, and closes it: half of them
/// completed, a twentieth failed, the others running and waiting for an event; created one after the
/// other within the last thirty days.
FullStore fill_full_store(const std::filesystem::path& directory, std::uint64_t instances);
