#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include <duroxide/log.hpp>

#include "provider/core/kv.hpp"
#include "provider/lmdb/page_walk.hpp"

namespace duroxide::storage {

/// Checks in the background what the opening of a store had no time for, while the engine runs: a few
/// milliseconds at a time, on a thread that gives way to every other, under snapshots that are let go
/// of in between. A damaged page is told to the log, once, and counted.
class PageCheckThread {
 public:
  using TakeSnapshot = std::function<std::unique_ptr<ReadView>()>;

  /// `take_snapshot` may throw `StorageFailure`, and is called on the thread.
  PageCheckThread(std::filesystem::path file, PagesChecked checked, TakeSnapshot take_snapshot,
                  LogSink log);
  ~PageCheckThread() { stop(); }
  PageCheckThread(const PageCheckThread&) = delete;
  PageCheckThread& operator=(const PageCheckThread&) = delete;

  /// Waits for the thread, which ends within a page. By one thread.
  void stop();
  /// Safe to use from any thread.
  [[nodiscard]] std::uint64_t damaged_pages() const { return damaged_; }
  /// Whether everything was looked at. Safe to use from any thread.
  [[nodiscard]] bool done() const { return done_; }

 private:
  void run();
  /// Checks for a while. False if that was all, or nothing more can be read.
  bool check_slice();
  void tell(LogLevel level, std::string message) const;

  std::filesystem::path file_;
  PagesChecked checked_;
  TakeSnapshot take_snapshot_;
  LogSink log_;
  std::atomic<std::uint64_t> damaged_{0};
  std::atomic<bool> done_{false};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;  ///< last, for it uses the others
};

}  // namespace duroxide::storage
