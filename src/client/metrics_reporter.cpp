#include <duroxide/metrics_reporter.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include <duroxide/async_management.hpp>
#include <duroxide/detail/caf.hpp>

#include "client/call_state.hpp"
#include "model/engine_threads.hpp"
#include "model/exceptions.hpp"
#include "model/lent_thread.hpp"
#include "model/process_mark.hpp"

namespace duroxide::DUROXIDE_ABI {

namespace {

// So long an engine may take to answer before nothing is reported.
constexpr Milliseconds least_patience{10'000};

}  // namespace

class MetricsReporter::Impl {
 public:
  Impl(const ManagementClient& management, Milliseconds every, Take take, LogSink log_sink)
      : asks_(management.async(
            CallOptions().timeout(std::max(every, least_patience)).stop(stop_.get_token()))),
        every_(every),
        take_(std::move(take)),
        log_(std::move(log_sink)) {}

  static void begin(const std::shared_ptr<Impl>& impl) {
    impl->thread_ = std::thread([impl] { impl->run(); });
  }

  void end() {
    if (process_.is_foreign()) {
      thread_.detach();  // it is not there, and may have held the lock when the process was forked
      return;
    }
    {
      const std::lock_guard lock(mutex_);
      stop_.request_stop();
    }
    ended_.notify_all();
    // The answer for which it may wait comes on the engine's thread.
    if (model::LentThread::lent_to() != nullptr || model::is_engine_thread() ||
        thread_.get_id() == std::this_thread::get_id()) {
      thread_.detach();
    } else {
      thread_.join();
    }
  }

 private:
  void run() {
    auto next = std::chrono::steady_clock::now();
    std::unique_lock lock(mutex_);
    while (!stop_.stop_requested()) {
      lock.unlock();
      report();
      lock.lock();
      next = std::max(next + every_, std::chrono::steady_clock::now());
      ended_.wait_until(lock, next, [this] { return stop_.stop_requested(); });
    }
  }

  void report() {
    try {
      const auto families = asks_.metrics().wait();
      if (!families) {
        tell_failure(none_had_before_,
                     "metrics cannot be had, and are not reported: " + families.error().message);
        return;
      }
      none_had_before_ = false;
      if (!stop_.stop_requested()) {
        take_(*families);
        threw_before_ = false;
      }
    } catch (...) {
      tell_failure(threw_before_, "what takes metrics has thrown: " +
                                      model::details_of(std::current_exception(),
                                                        ErrorKind::unhandled_exception, "metrics")
                                          .message);
    }
  }

  /// Unless the same has failed before, which lasts.
  void tell_failure(bool& failed_before, std::string message) {
    if (stop_.stop_requested() || std::exchange(failed_before, true) || !log_) {
      return;
    }
    try {
      LogRecord line;
      line.level = LogLevel::warn;
      line.message = std::move(message);
      log_(line);
    } catch (...) {  // NOLINT(bugprone-empty-catch): there is nobody left to tell
    }
  }

  std::stop_source stop_;
  AsyncManagement asks_;
  const Milliseconds every_;
  const Take take_;
  const LogSink log_;
  const model::ProcessMark process_;
  std::mutex mutex_;
  std::condition_variable ended_;
  // Of the thread: what lasts is told once, each by itself.
  bool none_had_before_ = false;
  bool threw_before_ = false;
  std::thread thread_;
};

MetricsReporter::MetricsReporter(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

MetricsReporter::~MetricsReporter() {
  impl_->end();
}

MetricsReporter::Started MetricsReporter::start(ManagementClient management, Duration every,
                                                Take take, LogSink log_sink) {
  if (!take) {
    return failure(std::string("the function that is to take metrics is empty"));
  }
  const Milliseconds pause = every;
  if (pause <= Milliseconds(0) || pause > max_delay) {
    return failure("metrics cannot be reported every " + std::to_string(pause.count()) +
                   " ms: give more than none, and at most 100 years");
  }
  if (actors::is_deterministic(*management.call_surroundings().system)) {
    return failure(
        std::string("the store is of a test system, whose messages only one thread may run. Call "
                    "`ManagementClient::metrics` in the test"));
  }
  try {
    const auto impl =
        std::make_shared<Impl>(management, pause, std::move(take), std::move(log_sink));
    Impl::begin(impl);
    return std::unique_ptr<MetricsReporter>(new MetricsReporter(impl));
  } catch (const std::exception& error) {
    return failure(std::string("the thread that reports metrics cannot be had: ") + error.what());
  }
}

}  // namespace duroxide::DUROXIDE_ABI
