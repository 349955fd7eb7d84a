#pragma once

// User code that runs on the engine thread, seen from outside: when it lasts too long, somebody must
// be able to say whose it is.

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>

#include <duroxide/version.hpp>

namespace duroxide::DUROXIDE_ABI::actors {

class WatchedThread;

/// User code of which somebody can be told that it lasts too long.
class MayBeOverdue {
 public:
  virtual ~MayBeOverdue() = default;
  /// It has lasted for `so_far`. Called once, on another thread than that of the code, which does not
  /// leave the object while this lasts; so it reads only what the code does not change.
  virtual void is_overdue(std::chrono::milliseconds so_far) const noexcept = 0;
};

/// Says, as long as it lives, that `code` runs on the calling thread. Inside of other such code it says
/// nothing: that is what lasts. On a thread that is not the scheduler's nobody looks, and it costs
/// nothing.
class WatchedCode {
 public:
  explicit WatchedCode(const MayBeOverdue& code);
  ~WatchedCode();
  WatchedCode(const WatchedCode&) = delete;
  WatchedCode& operator=(const WatchedCode&) = delete;

 private:
  const std::shared_ptr<WatchedThread>& thread_;
};

/// What one thread of the scheduler is in, for the one that watches it.
class WatchedThread {
 public:
  using Clock = std::chrono::steady_clock;

  /// Makes it the calling thread's, until that ends.
  static void begin(std::shared_ptr<WatchedThread> of_this_thread);

  /// Whether code runs on it that began before `latest` and was not told yet that it lasts.
  [[nodiscard]] bool has_overdue(Clock::time_point latest);
  /// Whether the code that runs on it was told.
  [[nodiscard]] bool was_told();
  /// Tells it that it lasts, unless that is over.
  void tell_overdue(Clock::time_point latest);

 private:
  friend class WatchedCode;

  void enter(const MayBeOverdue& code);
  void leave();
  /// With the lock held.
  [[nodiscard]] bool is_overdue(Clock::time_point latest) const {
    return code_ != nullptr && !was_told_ && began_ <= latest;
  }

  std::mutex mutex_;
  const MayBeOverdue* code_ = nullptr;  ///< outermost; null if the engine's own
  std::size_t depth_ = 0;
  Clock::time_point began_;
  bool was_told_ = false;
};

}  // namespace duroxide::DUROXIDE_ABI::actors
