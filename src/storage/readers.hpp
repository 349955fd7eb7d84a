#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <duroxide/clock.hpp>

namespace duroxide::storage {

/// How much a store holds, and who keeps it from using space again.
struct StoreUse {
  std::uint64_t bytes = 0;           ///< in use; 0 for a store in memory, like those that follow
  std::uint64_t reusable_bytes = 0;  ///< of its file, but not in use
  std::uint64_t file_bytes = 0;      ///< of the database and the log
  std::uint64_t log_bytes = 0;       ///< of these, those of the log
  /// Of these, those of segments that hold what is not in the database yet; only its owner knows.
  std::optional<std::uint64_t> log_held_bytes;
  std::uint64_t readers = 0;
  Milliseconds oldest_reader_age{0};
  std::uint64_t damaged_pages = 0;  ///< found in the background since the store was opened
};

/// The snapshots that are held, and since when. Takes no lock, because every read passes through it.
/// Safe to use from any number of threads.
class Readers {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// A place that is given back. Beyond `most` readers there is none, and those go uncounted.
  using Slot = std::size_t;
  static constexpr std::size_t most = 128;

  [[nodiscard]] Slot enter(Time now = std::chrono::steady_clock::now());
  void leave(Slot slot);
  /// Fills in what it knows.
  void describe(StoreUse& use, Time now = std::chrono::steady_clock::now()) const;

 private:
  std::array<std::atomic<std::int64_t>, most> since_{};  ///< 0: free
};

/// Counts a reader as long as it lives.
class CountedReader {
 public:
  explicit CountedReader(Readers& readers) : readers_(readers), slot_(readers.enter()) {}
  ~CountedReader() { readers_.leave(slot_); }
  CountedReader(const CountedReader&) = delete;
  CountedReader& operator=(const CountedReader&) = delete;

 private:
  Readers& readers_;
  Readers::Slot slot_;
};

}  // namespace duroxide::storage
