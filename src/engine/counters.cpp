#include "engine/counters.hpp"

#include <cstddef>

#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

/// Calls `visit` with each block and its count.
template <class Visit>
void scan_blocks(const ReadView& view, std::string_view prefix, Block first, const Visit& visit) {
  std::string from(prefix);
  append_number(from, first);
  const auto cursor = view.cursor(Table::counters);
  for (bool more = cursor->seek(from);
       more && cursor->key().size() == from.size() && cursor->key().starts_with(prefix) &&
       visit(number_at(cursor->key(), prefix.size()), stored_number(cursor->value()));
       more = cursor->next()) {
  }
}

}  // namespace

std::string status_counter_prefix(ExecutionStatus status) {
  return {'s', static_cast<char>(status)};
}

std::string name_counter_prefix(std::string_view orchestration, ExecutionStatus status) {
  std::string prefix;
  prefix.reserve(orchestration.size() + 11);  // with the block, which is appended
  prefix.push_back('n');
  prefix.append(orchestration);
  prefix.push_back('\0');
  prefix.push_back(static_cast<char>(status));
  return prefix;
}

std::string status_counter(ExecutionStatus status, Block block) {
  std::string key = status_counter_prefix(status);
  append_number(key, block);
  return key;
}

std::string name_counter(std::string_view orchestration, ExecutionStatus status, Block block) {
  std::string key = name_counter_prefix(orchestration, status);
  append_number(key, block);
  return key;
}

std::uint64_t total_of(const ReadView& view, std::string_view prefix) {
  std::uint64_t sum = 0;
  scan_blocks(view, prefix, 0, [&](Block, std::uint64_t count) {
    sum += count;
    return true;
  });
  return sum;
}

std::uint64_t count_of(const ReadView& view, std::string_view counter) {
  const auto bytes = view.get(Table::counters, counter);
  return bytes ? stored_number(*bytes) : 0;
}

InstanceCounts count_instances(const ReadView& view) {
  InstanceCounts counts;
  counts.running = total_of(view, status_counter_prefix(ExecutionStatus::running));
  counts.completed = total_of(view, status_counter_prefix(ExecutionStatus::completed));
  counts.failed = total_of(view, status_counter_prefix(ExecutionStatus::failed));
  counts.cancelled = total_of(view, status_counter_prefix(ExecutionStatus::cancelled));
  counts.total = counts.running + counts.completed + counts.failed + counts.cancelled;
  return counts;
}

std::map<std::string, std::map<ExecutionStatus, std::uint64_t>> count_by_name(
    const ReadView& view) {
  constexpr std::size_t behind_name = 2 + sizeof(Block);  // the end of the name, and the status
  std::map<std::string, std::map<ExecutionStatus, std::uint64_t>> counts;
  const auto cursor = view.cursor(Table::counters);
  for (bool more = cursor->seek("n"); more && cursor->key().starts_with('n');
       more = cursor->next()) {
    const std::string_view key = cursor->key();
    if (key.size() <= behind_name) {
      continue;  // damaged, which `verify` tells
    }
    const std::string_view name = key.substr(1, key.size() - 1 - behind_name);
    const auto status = static_cast<ExecutionStatus>(key[key.size() - behind_name + 1]);
    counts[std::string(name)][status] += stored_number(cursor->value());
  }
  return counts;
}

void add_blocks(const ReadView& view, std::string_view prefix, Block first, Block end,
                std::map<Block, std::uint64_t>& blocks) {
  scan_blocks(view, prefix, first, [&](Block block, std::uint64_t count) {
    if (block >= end) {
      return false;
    }
    blocks[block] += count;
    return true;
  });
}

}  // namespace duroxide::storage
