#pragma once

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace duroxide::postgres {

/// What other threads have an actor do on its turn. For any thread.
class Mail {
 public:
  /// `wake` is called when something has come that the actor does not know of yet.
  explicit Mail(std::function<void()> wake) : wake_(std::move(wake)) {}

  void push(std::function<void()> task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    if (tasks_.size() == 1 && wake_) {
      wake_();
    }
  }
  /// Does what has come. On the actor's turn.
  void carry_out() {
    for (const auto& task : take()) {
      task();
    }
  }
  /// Nobody is woken any more: the actor ends.
  void close() {
    const std::lock_guard lock(mutex_);
    wake_ = nullptr;
  }

 private:
  std::vector<std::function<void()>> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(tasks_, {});
  }

  std::mutex mutex_;
  std::vector<std::function<void()>> tasks_;
  std::function<void()> wake_;
};

}  // namespace duroxide::postgres
