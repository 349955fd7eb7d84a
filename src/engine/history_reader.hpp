#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/events.hpp>

#include "engine/records.hpp"

namespace duroxide::storage {

/// Puts the rows of one execution's history together. Rows that are lost leave no trace among the
/// others, so what is there is compared with the count that a record of its own keeps: a part of a
/// history is damage, never a shorter history.
class HistoryReader {
 public:
  /// `event_count` is how many events there must be.
  HistoryReader(std::string instance, std::uint64_t execution, std::uint64_t event_count)
      : instance_(std::move(instance)), execution_(execution), event_count_(event_count) {}

  /// Rows in the order of their keys.
  void add(std::string_view key, model::BytesView bytes);
  /// The whole history. Throws `StorageFailure`, `corrupt`, that names the instance and the
  /// execution, says how much of it is left, and what can be done.
  [[nodiscard]] std::vector<Event> finish() &&;

 private:
  std::string instance_;
  std::uint64_t execution_;
  std::uint64_t event_count_;
  std::vector<Event> events_;
  std::optional<model::Flaw> flaw_;  ///< the first that was found
};

/// Throws what `HistoryReader::finish` throws. `left` is how many events can be read.
[[noreturn]] void throw_damaged_history(const std::string& instance, std::uint64_t execution,
                                        std::uint64_t left, std::uint64_t event_count,
                                        const std::string& what);

}  // namespace duroxide::storage
