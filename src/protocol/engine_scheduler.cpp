#include "protocol/engine_scheduler.hpp"

#include <algorithm>
#include <utility>

#include <caf/actor_system_config.hpp>
#include <caf/detail/set_thread_name.hpp>
#include <caf/resumable.hpp>

#include "protocol/engine_thread.hpp"

namespace duroxide::DUROXIDE_ABI::actors {

thread_local EngineScheduler::Thread* EngineScheduler::Thread::current = nullptr;

EngineScheduler::EngineScheduler(caf::actor_system& system, const Limits& limits)
    : caf::scheduler::abstract_coordinator(system), limits_(limits) {}

EngineScheduler::~EngineScheduler() = default;

void EngineScheduler::configure(caf::actor_system_config& config, const Limits& limits) {
  config.module_factories.emplace_back(
      [limits](caf::actor_system& system) -> caf::actor_system::module* {
        return new EngineScheduler(system, limits);
      });
}

EngineScheduler* EngineScheduler::of(caf::actor_system& system) {
  return dynamic_cast<EngineScheduler*>(&system.scheduler());
}

void EngineScheduler::enqueue(caf::resumable* job) {
  bool wakes = false;
  {
    const Lock lock(mutex_);
    jobs_.push_back(job);
    wakes = is_to_wake();
  }
  if (wakes) {
    wake();
  }
}

void EngineScheduler::when_idle(model::InlineFunction<void()> action) {
  const auto latest = std::chrono::steady_clock::now() + limits_.longest_wait_for_idle;
  bool wakes = false;
  {
    const Lock lock(mutex_);
    idle_actions_.push_back({std::move(action), latest});
    wakes = is_to_wake();
  }
  if (wakes) {
    wake();
  }
}

/// The time in which a thread that was the engine thread is not. It takes the queue back at the end,
/// unless another has taken it or is about to. Does nothing on a thread that has not got the queue.
class EngineScheduler::TimeAway {
 public:
  /// With the lock held.
  TimeAway(Thread& thread, Thread::Absence absence)
      : scheduler_(thread.scheduler), thread_(thread) {
    if (scheduler_.engine_thread_ == &thread_) {
      scheduler_.engine_thread_ = nullptr;
      thread_.absence = absence;
      has_left_ = true;
      scheduler_.wake_watch();
      scheduler_.wake_if_needed();
    }
  }
  /// Without it.
  ~TimeAway() {
    const Lock lock(scheduler_.mutex_);
    if (has_left_ && scheduler_.engine_thread_ == nullptr && !scheduler_.woken_) {
      scheduler_.engine_thread_ = &thread_;
      thread_.absence = Thread::Absence::none;
      ++thread_.messages;
      scheduler_.wake_watch();  // it may rest while nobody has the queue
    }
  }
  TimeAway(const TimeAway&) = delete;
  TimeAway& operator=(const TimeAway&) = delete;

 private:
  EngineScheduler& scheduler_;
  Thread& thread_;
  bool has_left_ = false;
};

void EngineScheduler::let_others_run(const std::function<void()>& wait) {
  Thread* const self = Thread::current;
  if (self == nullptr || &self->scheduler != this) {
    wait();
    return;
  }
  Lock lock(mutex_);
  const TimeAway away(*self, Thread::Absence::waits);
  lock.unlock();
  wait();
}

bool EngineScheduler::run_if_idle(const std::function<void()>& run) {
  Thread* const self = Thread::current;
  if (self == nullptr || &self->scheduler != this) {
    return false;
  }
  Lock lock(mutex_);
  if (engine_thread_ != self || has_work() || idle_threads_ == 0) {
    return false;
  }
  const TimeAway away(*self, Thread::Absence::aside);
  lock.unlock();
  run();
  return true;
}

std::size_t EngineScheduler::held_threads() {
  const Lock lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(threads_.begin(), threads_.end(),
                    [](const auto& each) { return each->absence == Thread::Absence::held; }));
}

std::size_t EngineScheduler::threads() {
  const Lock lock(mutex_);
  return static_cast<std::size_t>(std::count_if(threads_.begin(), threads_.end(),
                                                [](const auto& each) { return !each->has_left; }));
}

bool EngineScheduler::needs_waking() {
  if (engine_thread_ != nullptr || woken_ || !has_work()) {
    return false;
  }
  if (idle_threads_ == 0) {
    wake_watch();  // all are held: it starts another
    return false;
  }
  woken_ = true;
  return true;
}

bool EngineScheduler::is_to_wake() {
  const bool wakes = needs_waking();
  if (wakes) {
    ++waking_;
  }
  return wakes;
}

void EngineScheduler::wake() {
  work_came_.notify_one();
  --waking_;  // last: then this may be gone
}

void EngineScheduler::wake_if_needed() {
  if (needs_waking()) {
    work_came_.notify_one();
  }
}

bool EngineScheduler::take_queue(Thread& self, Lock& lock) {
  const std::size_t enough = engine_thread_ == nullptr ? 2 : 1;
  if (idle_threads_ >= enough && !stopping_) {
    self.has_left = true;  // it was needed while others were held
    return false;
  }
  while (engine_thread_ != nullptr || !has_work()) {
    if (stopping_ && jobs_.empty()) {
      work_came_.notify_all();  // others may have looked while there was a job left
      return false;
    }
    ++idle_threads_;
    work_came_.wait(lock);
    --idle_threads_;
    woken_ = false;
  }
  engine_thread_ = &self;
  wake_watch();
  return true;
}

void EngineScheduler::run(Thread& self, Lock& lock) {
  while (take_queue(self, lock)) {
    while (engine_thread_ == &self && has_work()) {
      run_next(self, lock);
    }
    if (engine_thread_ == &self) {
      engine_thread_ = nullptr;
    }
  }
}

bool EngineScheduler::is_idle_action_next() const {
  return jobs_.empty() || (!idle_actions_.empty() &&
                           std::chrono::steady_clock::now() >= idle_actions_.front().latest);
}

void EngineScheduler::run_next(Thread& self, Lock& lock) {
  ++self.messages;
  if (is_idle_action_next()) {
    auto action = std::move(idle_actions_.front().call);
    idle_actions_.pop_front();
    lock.unlock();
    action();
    action = nullptr;
    lock.lock();
  } else {
    caf::resumable* const job = jobs_.front();
    jobs_.pop_front();
    lock.unlock();
    const auto result = job->resume(&self, max_throughput());
    const bool goes_on = result == caf::resumable::resume_later;
    if (!goes_on) {
      intrusive_ptr_release(job);
    }
    lock.lock();
    if (goes_on) {
      jobs_.push_back(job);  // with the reference that the queue had
      wake_if_needed();
    }
  }
  self.absence = Thread::Absence::none;
}

void EngineScheduler::add_thread() {
  auto& thread = *threads_.emplace_back(std::make_unique<Thread>(*this));
  try {
    thread.thread = std::thread([this, &thread] {
      caf::detail::set_thread_name("duroxide");
      Thread::current = &thread;
      WatchedThread::begin(thread.watched);
      system().thread_started();
      {
        Lock lock(mutex_);
        --starting_;
        run(thread, lock);
      }
      system().thread_terminates();
    });
  } catch (...) {
    threads_.pop_back();
    throw;
  }
  ++starting_;
}

void EngineScheduler::start() {
  try {
    {
      const Lock lock(mutex_);
      add_thread();
      add_thread();
    }
    clock_thread_ = std::thread([this] {
      caf::detail::set_thread_name("duroxide.clock");
      system().thread_started();
      clock_.run_dispatch_loop();
      system().thread_terminates();
    });
    watch_thread_ = std::thread([this] {
      caf::detail::set_thread_name("duroxide.watch");
      system().thread_started();
      {
        Lock lock(mutex_);
        watch(lock);
      }
      system().thread_terminates();
    });
  } catch (...) {
    end_threads();
    throw;
  }
  caf::scheduler::abstract_coordinator::start();
}

void EngineScheduler::stop() {
  stop_actors();
  end_threads();
}

void EngineScheduler::end_threads() {
  {
    const Lock lock(mutex_);
    stopping_ = true;
    work_came_.notify_all();
    watch_.notify_all();
  }
  const auto join = [](std::thread& thread) {
    if (thread.joinable()) {
      thread.join();
    }
  };
  join(watch_thread_);
  for (const auto& each : threads_) {
    join(each->thread);
  }
  for (std::thread& each : tellers_) {
    join(each);
  }
  for (caf::resumable* job : jobs_) {
    cleanup_and_release(job);
  }
  jobs_.clear();
  idle_actions_.clear();
  while (waking_ != 0) {
    std::this_thread::yield();
  }
  if (clock_thread_.joinable()) {
    clock_.cancel_dispatch_loop();
    clock_thread_.join();
  }
}

}  // namespace duroxide::DUROXIDE_ABI::actors
