#pragma once

#include <atomic>
#include <mutex>
#include <shared_mutex>

namespace duroxide::storage {

/// Lets snapshots be held by many, and lets one who must move or close LMDB's map wait until there is
/// none. Safe to use from any number of threads.
class SnapshotGate {
 public:
  using Snapshot = std::shared_lock<std::shared_mutex>;
  using Nobody = std::unique_lock<std::shared_mutex>;

  /// To be held with the snapshot. A thread has one at a time: with a second it would wait for the one
  /// who waits for its first.
  [[nodiscard]] Snapshot enter() {
    const std::lock_guard queue(queue_);
    return Snapshot(mutex_);
  }
  /// For a short look that takes no snapshot, also by a thread that holds one.
  [[nodiscard]] Snapshot look() { return Snapshot(mutex_); }
  /// Waits until there is no snapshot. There is none before what it returns is let go of.
  [[nodiscard]] Nobody take_back() {
    const std::lock_guard queue(queue_);
    wanted_back_ = true;
    Nobody nobody(mutex_);
    wanted_back_ = false;
    return nobody;
  }
  /// Whoever holds a snapshot for long asks this now and then.
  [[nodiscard]] bool wanted_back() const { return wanted_back_; }

 private:
  std::mutex queue_;  ///< on the way to `mutex_`, so that nobody overtakes the one who waits
  std::atomic<bool> wanted_back_{false};
  std::shared_mutex mutex_;
};

}  // namespace duroxide::storage
