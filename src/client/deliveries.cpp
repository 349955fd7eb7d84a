#include "client/deliveries.hpp"

#include <algorithm>
#include <exception>
#include <string>

#include <duroxide/errors.hpp>

#include "model/lent_thread.hpp"
#include "protocol/engine_scheduler.hpp"

namespace duroxide::client {

namespace {

void log_error(const LogSink& log, std::string message) {
  if (log) {
    LogRecord line;
    line.level = LogLevel::error;
    line.message = std::move(message);
    log(line);
  }
}

}  // namespace

void run_callback(const LogSink& log, const std::function<void()>& callback) {
  std::string problem;
  try {
    callback();
    return;
  } catch (const std::exception& error) {
    problem = std::string("a completion callback threw: ") + detail::words_of(error);
  } catch (...) {
    problem = "a completion callback threw something that is not a std::exception";
  }
  log_error(log, std::move(problem));
}

void Deliveries::post(const Executor& executor, std::function<void()> callback) {
  const auto delivery = std::make_shared<Delivery>();
  delivery->callback = std::move(callback);
  {
    const std::lock_guard lock(mutex_);
    delivery->place = waiting_.insert(waiting_.end(), delivery);
  }
  std::string problem;
  try {
    executor.post([self = shared_from_this(), delivery] { self->run(delivery); });
    return;
  } catch (const std::exception& error) {
    problem = detail::words_of(error);
  } catch (...) {
    problem = "something that is not a std::exception";
  }
  log_error(log_, "an executor did not take a callback, which is run in place: " + problem);
  run(delivery);
}

void Deliveries::run(const std::shared_ptr<Delivery>& delivery) {
  std::function<void()> callback;
  const auto thread = std::this_thread::get_id();
  {
    const std::lock_guard lock(mutex_);
    if (!delivery->callback) {
      return;
    }
    callback = std::exchange(delivery->callback, nullptr);
    waiting_.erase(delivery->place);
    running_.push_back(thread);
  }
  run_callback(log_, callback);
  callback = nullptr;
  {
    const std::lock_guard lock(mutex_);
    running_.erase(std::find(running_.begin(), running_.end(), thread));
  }
  ended_.notify_all();
}

void Deliveries::close(caf::actor_system& system) {
  std::unique_lock lock(mutex_);
  while (!waiting_.empty()) {
    const auto next = waiting_.front();
    lock.unlock();
    run(next);
    lock.lock();
  }
  lock.unlock();
  if (model::LentThread::lent_to() != nullptr) {
    return;
  }
  const auto wait = [&] {
    const auto here = std::this_thread::get_id();
    std::unique_lock waiting(mutex_);
    ended_.wait(waiting, [&] {
      return std::all_of(running_.begin(), running_.end(),
                         [&](const std::thread::id& each) { return each == here; });
    });
  };
  if (auto* const scheduler = actors::EngineScheduler::of(system)) {
    scheduler->let_others_run(wait);
  } else {
    wait();
  }
}

}  // namespace duroxide::client
