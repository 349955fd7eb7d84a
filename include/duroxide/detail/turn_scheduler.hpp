#pragma once

#include <coroutine>
#include <cstddef>
#include <vector>

#include <duroxide/detail/api.hpp>

namespace duroxide::DUROXIDE_ABI::detail {

/// Told when something awaited has finished.
class DUROXIDE_API Completion {
 public:
  virtual void done() noexcept = 0;

 protected:
  ~Completion() = default;
};

class TurnScheduler;

/// What the scheduler knows of a coroutine. Leaves the queue when its frame is destroyed.
class DUROXIDE_API Resumable {
 public:
  Resumable() = default;
  Resumable(const Resumable&) = delete;
  Resumable& operator=(const Resumable&) = delete;
  ~Resumable();

  TurnScheduler* scheduler = nullptr;  ///< set when the coroutine is first awaited
  std::coroutine_handle<> handle;
  bool queued = false;
};

/// Resumes the coroutines of one execution, one after another, from one loop. Symmetric transfer
/// would nest a stack frame for each step wherever the compiler does not make it a tail call (no
/// optimisation, sanitizers), so a coroutine that is to go on is queued instead.
class DUROXIDE_API TurnScheduler {
 public:
  /// Queues a coroutine to be resumed.
  void ready(Resumable& coroutine);

  /// Must be called by every await that really suspends, and at the end of every coroutine. A
  /// coroutine that stops without it has been miscompiled.
  void suspending() { suspension_noted_ = true; }

  /// Resumes until nothing is ready. Returns false, and stops, if a coroutine suspended without
  /// having awaited anything; its frames must then never be touched again.
  [[nodiscard]] bool drain();

  void forget(const Resumable& coroutine);

 private:
  /// Those that are to be resumed stand from `next_` on; null is one that was forgotten. An instance that
  /// waits has none, and a queue that takes no memory then.
  std::vector<Resumable*> ready_;
  std::size_t next_ = 0;
  bool suspension_noted_ = false;
};

}  // namespace duroxide::DUROXIDE_ABI::detail
