#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "storage/log/commit_log.hpp"
#include "storage/logged/breakdown.hpp"

namespace duroxide::storage {

/// Brings to the disk, a moment later and together, what was appended to a log without a flush: on a
/// thread of its own, so that it happens also if nothing more is appended.
class LateFlush {
 public:
  /// A loss of power loses at most what was committed in such a time, and in the flush itself.
  static constexpr std::chrono::milliseconds delay{20};

  /// `mutex` guards `log`; `breakdown` is told of a flush that fails. All outlive this.
  LateFlush(std::mutex& mutex, CommitLog& log, Breakdown& breakdown);
  /// What is not flushed yet stays so.
  ~LateFlush();
  LateFlush(const LateFlush&) = delete;
  LateFlush& operator=(const LateFlush&) = delete;

  /// Something was appended.
  void expect() { changed_.notify_one(); }

 private:
  void run();

  std::mutex& mutex_;
  CommitLog& log_;
  Breakdown& breakdown_;
  std::condition_variable changed_;
  bool stopping_ = false;  ///< guarded by `mutex_`
  std::thread thread_;     ///< last
};

}  // namespace duroxide::storage
