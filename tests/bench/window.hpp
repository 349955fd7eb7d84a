#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stdexcept>
#include <string>

/// Counts the calls that are under way. Shared with their callbacks, which run on other threads.
class Window {
 public:
  /// Waits until fewer than so many are under way, and begins one more.
  void begin(std::size_t limit) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return under_way_ < limit; });
    ++under_way_;
  }

  /// One has ended, with this problem or with an empty text.
  void end(const std::string& problem) {
    const std::lock_guard lock(mutex_);
    --under_way_;
    if (!problem.empty()) {
      error_ = problem;
    }
    changed_.notify_all();
  }
  template <class Result>
  void end_with(const Result& result) {
    end(result ? "" : result.error().to_string());
  }

  /// Waits until all have ended; throws if one of them had a problem.
  void finish() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return under_way_ == 0; });
    if (!error_.empty()) {
      throw std::runtime_error(error_);
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t under_way_ = 0;
  std::string error_;
};
