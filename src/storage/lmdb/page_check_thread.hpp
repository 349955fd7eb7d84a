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

#include "storage/kv.hpp"
#include "storage/lmdb/page_walk.hpp"

namespace duroxide::storage {

/// Checks in the background what the opening of a store had no time for, while the engine runs: a few
/// milliseconds at a time, on a thread that gives way to every other, under snapshots that are let go
/// of in between, and within a page if they are wanted back. A damaged page is told to the log, once,
/// and counted. If the file cannot be read for now, or there is no snapshot to be had, it says so once
/// and tries again later, less and less often.
class PageCheckThread {
 public:
  /// Both are called on the thread.
  struct Snapshots {
    std::function<std::unique_ptr<ReadView>()> take;  ///< may throw `StorageFailure`
    std::function<bool()> wanted_back;
  };

  PageCheckThread(std::filesystem::path file, PagesChecked checked, Snapshots snapshots,
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
  enum class Next : std::uint8_t { go_on, try_later, end };

  void run();
  /// Checks for a while.
  Next check_slice();
  [[nodiscard]] Next found_damage(const ProviderError& damage, std::size_t trees_before);
  void tell_of_trouble(const std::string& what);
  void tell(LogLevel level, std::string message) const;

  std::filesystem::path file_;
  PagesChecked checked_;
  Snapshots snapshots_;
  bool told_of_trouble_ = false;
  LogSink log_;
  std::atomic<std::uint64_t> damaged_{0};
  std::atomic<bool> done_{false};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;  ///< last, for it uses the others
};

}  // namespace duroxide::storage
