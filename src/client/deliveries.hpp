#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <duroxide/detail/caf.hpp>
#include <duroxide/executor.hpp>
#include <duroxide/log.hpp>

namespace duroxide::client {

/// Runs a callback of the user's: what it throws goes to `log`, and no further.
void run_callback(const LogSink& log, const std::function<void()>& callback);

/// The callbacks of one facade that are on their way through executors. When the facade ends, none of
/// them may run any more, and none may be lost. Thread-safe.
class Deliveries : public std::enable_shared_from_this<Deliveries> {
 public:
  explicit Deliveries(LogSink log) : log_(std::move(log)) {}

  /// Has `callback` run once, on `executor`. If that takes no task it is run here, and the log says why.
  void post(const Executor& executor, std::function<void()> callback);

  /// From here on no pending call is made any more: there is nobody who would answer it.
  void take_no_more() { takes_no_more_ = true; }
  [[nodiscard]] bool takes_calls() const { return !takes_no_more_; }

  /// Runs here what has not begun, and waits for what runs on other threads; on a thread that is lent to
  /// user code it does not wait, as they may wait for that. `system` is the one of the facade.
  void close(caf::actor_system& system);

 private:
  struct Delivery {
    std::function<void()> callback;  ///< empty once somebody has begun to run it
    std::list<std::shared_ptr<Delivery>>::iterator place;
  };

  /// Unless somebody else has, or does.
  void run(const std::shared_ptr<Delivery>& delivery);

  LogSink log_;
  std::atomic<bool> takes_no_more_{false};
  std::mutex mutex_;  ///< guards all that follows, and what the deliveries hold
  std::condition_variable ended_;
  std::list<std::shared_ptr<Delivery>> waiting_;
  std::vector<std::thread::id> running_;
};

}  // namespace duroxide::client
