#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

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

  /// Runs here what has not begun, and waits for what runs on other threads.
  void close();

 private:
  struct Delivery {
    std::function<void()> callback;  ///< empty once somebody has begun to run it
    std::list<std::shared_ptr<Delivery>>::iterator place;
  };

  /// Unless somebody else has, or does.
  void run(const std::shared_ptr<Delivery>& delivery);

  LogSink log_;
  std::mutex mutex_;  ///< guards all that follows, and what the deliveries hold
  std::condition_variable ended_;
  std::list<std::shared_ptr<Delivery>> waiting_;
  std::vector<std::thread::id> running_;
};

}  // namespace duroxide::client
