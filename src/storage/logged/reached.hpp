#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace duroxide::storage {

/// Up to which record of the log the tables reach, by the number of LMDB's transaction. It is kept in
/// memory, so that a snapshot need not read a page for it, which may be damaged. Safe to use from any
/// thread.
class Reached {
 public:
  /// In all transactions so far.
  void begin_with(std::uint64_t record) { reached_ = {{0, record}}; }

  /// Before anybody can see the transaction. Another attempt, after one that failed, has the same
  /// number.
  void note(std::uint64_t transaction, std::uint64_t record);

  /// None if it was so long ago that nobody knows.
  [[nodiscard]] std::optional<std::uint64_t> in(std::uint64_t transaction) const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> reached_{{0, 0}};  ///< by transaction
};

}  // namespace duroxide::storage
