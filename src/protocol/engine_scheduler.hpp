#pragma once

// The scheduler of an actor system of our own. It belongs to one release of CAF, 0.17.6, as
// `duroxide/detail/caf.hpp` does.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <caf/scheduler/abstract_coordinator.hpp>

#include <duroxide/detail/caf.hpp>

#include "model/inline_function.hpp"
#include "protocol/delay_clock.hpp"

namespace duroxide::DUROXIDE_ABI::actors {

/// Runs all actors that have no thread of their own, one at a time, on the *engine thread*: to hand a
/// message from one actor to another is then a push to a queue, and wakes nobody.
///
/// Which of the scheduler's threads that is may change. One that waits for the disk, or that user code
/// has held for too long, is no longer it; if there is work, another takes over. So two actors may run
/// at once for a moment. That is safe, as they are actors; one at a time is faster.
class EngineScheduler final : public caf::scheduler::abstract_coordinator {
 public:
  struct Limits {
    /// A thread that has run one actor for so long, or up to twice so long, without looking at the queue
    /// loses it: one message, or some of those that CAF lets an actor take in a row.
    std::chrono::milliseconds longest_message{10};
    /// What holds a thread for so long is told so, if it is `WatchedCode`.
    std::chrono::milliseconds overdue_after{1000};
    /// An action that waits for an idle moment waits no longer than this.
    std::chrono::microseconds longest_wait_for_idle{1000};
    /// No more threads than this are started for those that user code holds.
    std::size_t most_threads = 1024;
  };

  EngineScheduler(caf::actor_system& system, const Limits& limits);
  ~EngineScheduler() override;
  EngineScheduler(const EngineScheduler&) = delete;
  EngineScheduler& operator=(const EngineScheduler&) = delete;

  /// Makes it the scheduler of systems with this configuration.
  static void configure(caf::actor_system_config& config, const Limits& limits);
  /// The scheduler of `system`; null if it has another one.
  [[nodiscard]] static EngineScheduler* of(caf::actor_system& system);
  /// How many threads a system with this scheduler starts by itself.
  static constexpr std::size_t thread_count = 5;

  /// Calls `action` once, on the engine thread, when that finds nothing else to run, or soon if it is
  /// never idle. For any thread.
  void when_idle(model::InlineFunction<void()> action);

  /// Calls `wait`, which waits for something that is not an actor, as for the disk. If there is
  /// something to run meanwhile, another thread does.
  void let_others_run(const std::function<void()>& wait);

  /// Calls `run`, which may last, on the engine thread, if that finds nothing else to run and another
  /// thread is there to take over. False, without a call, if not, and on any other thread. Meanwhile the
  /// thread is not the engine thread, so `run` may block.
  [[nodiscard]] bool run_if_idle(const std::function<void()>& run);

  /// How many of its threads are in a message that has cost them the queue.
  [[nodiscard]] std::size_t held_threads();
  /// How many there are that have not left, as those do that are no longer needed.
  [[nodiscard]] std::size_t threads();

  void enqueue(caf::resumable* job) override;
  DelayClock& clock() noexcept override { return clock_; }

 protected:
  void start() override;
  void stop() override;

 private:
  class Thread;
  class TimeAway;
  using Lock = std::unique_lock<std::mutex>;

  struct IdleAction {
    model::InlineFunction<void()> call;
    std::chrono::steady_clock::time_point latest;
  };

  // All of these with the lock held.
  void add_thread();
  void run(Thread& self, Lock& lock);
  /// Waits until `self` may take the queue, and there is something in it. False once that is over, or if
  /// enough others wait.
  [[nodiscard]] bool take_queue(Thread& self, Lock& lock);
  /// Runs what is next, without the lock.
  void run_next(Thread& self, Lock& lock);
  [[nodiscard]] bool is_idle_action_next() const;
  [[nodiscard]] bool has_work() const { return !jobs_.empty() || !idle_actions_.empty(); }
  /// There is work, or nobody has the queue any more: sees to it that somebody does the one with the other.
  void wake_if_needed();
  [[nodiscard]] bool needs_waking();
  /// As `wake_if_needed`, but if this is true the caller wakes the thread, by `wake` without the lock, as
  /// the woken one would wait for it.
  [[nodiscard]] bool is_to_wake();
  void wake_watch();
  void watch(Lock& lock);
  /// Whether a thread is in a message without having the queue, and was not told yet that this lasts.
  [[nodiscard]] bool is_somebody_absent() const;
  [[nodiscard]] bool needs_thread() const;
  void forget_left();
  void tell_overdue();
  // Without it.
  /// What was pushed may have run meanwhile, and the system may be about to end: `end_threads` waits.
  void wake();
  void end_threads();

  const Limits limits_;
  std::atomic<unsigned> waking_ =
      0;              ///< those who are yet to leave `wake`; raised with the lock held
  std::mutex mutex_;  ///< guards all that follows but the clock
  std::deque<caf::resumable*> jobs_;
  std::deque<IdleAction> idle_actions_;
  std::vector<std::unique_ptr<Thread>> threads_;
  Thread* engine_thread_ = nullptr;  ///< who has the queue; null while nobody does
  std::size_t idle_threads_ = 0;     ///< that wait for it
  std::size_t starting_ = 0;         ///< that have not come so far
  bool woken_ = false;               ///< one of these is about to take it
  bool stopping_ = false;
  bool watch_rests_ = false;
  std::condition_variable work_came_;
  std::condition_variable watch_;

  DelayClock clock_;
  std::thread clock_thread_;
  std::thread watch_thread_;
  std::vector<std::thread> tellers_;  ///< of the watch, and of the end
};

}  // namespace duroxide::DUROXIDE_ABI::actors
