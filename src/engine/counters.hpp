#pragma once

// How many instances there are, kept beside the indexes and changed in the same transaction. They are
// counted by block of numbers: a total is the sum of a few hundred rows, and a listing that skips a
// hundred thousand instances skips block by block.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <duroxide/management_types.hpp>

#include "storage/common.hpp"
#include "storage/kv.hpp"

namespace duroxide::storage {

/// A run of numbers.
using Block = std::uint64_t;

inline constexpr std::uint64_t numbers_per_block = 4096;

[[nodiscard]] constexpr Block block_of(Number number) {
  return number / numbers_per_block;
}

// The keys of the table `counters`.

/// All events of all executions.
inline constexpr std::string_view event_counter = "e";
[[nodiscard]] std::string status_counter(ExecutionStatus status, Block block);
[[nodiscard]] std::string name_counter(std::string_view orchestration, ExecutionStatus status,
                                       Block block);

[[nodiscard]] std::uint64_t count_of(const ReadView& view, std::string_view counter);
/// The sum over all blocks of the counters that are `prefix` and a block.
[[nodiscard]] std::uint64_t total_of(const ReadView& view, std::string_view prefix);
/// All but how many are paused.
[[nodiscard]] InstanceCounts count_instances(const ReadView& view);

/// Adds up what each block from `first` to before `end` has, for every counter that is `prefix` and
/// a block.
void add_blocks(const ReadView& view, std::string_view prefix, Block first, Block end,
                std::map<Block, std::uint64_t>& blocks);
/// How many instances of each orchestration there are with this status, in the order of the names.
[[nodiscard]] std::map<std::string, std::map<ExecutionStatus, std::uint64_t>> count_by_name(
    const ReadView& view);
/// What comes before the block in a counter.
[[nodiscard]] std::string status_counter_prefix(ExecutionStatus status);
[[nodiscard]] std::string name_counter_prefix(std::string_view orchestration,
                                              ExecutionStatus status);

}  // namespace duroxide::storage
