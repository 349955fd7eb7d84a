#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "power/site.hpp"

namespace duroxide::power {

/// Something that is done to a store while the disk is watched.
struct Workload {
  const char* name;
  void (*run)(Site& site);
  /// Its images are so many times dearer than others', so that fewer are looked at.
  std::uint64_t cost = 1;
  /// Makes what is there before the disk is watched; may be null.
  void (*prepare)(const std::filesystem::path& root) = nullptr;
  /// How often the process is killed, at a random change of a file, before it may run to its end.
  int kills = 0;
  /// Of those changes, the last that may be the moment.
  std::uint32_t kill_within = 0;
  /// False for one whose last answers a loss of power may take back.
  bool keeps_its_word = true;
};

/// Those that keep all that was acknowledged.
[[nodiscard]] const std::vector<Workload>& workloads();
/// One that nothing flushes, so that much is lost.
[[nodiscard]] const Workload& workload_without_flushes();

/// Makes the store one of the format before cancelled instances had a status of their own.
void make_store_of_format_2(const std::filesystem::path& root);

}  // namespace duroxide::power
