#pragma once

#include <atomic>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

#include <duroxide/executor.hpp>

namespace duroxide::DUROXIDE_ABI::detail {

/// Has a function run once on an executor of the user's. To be awaited once, by a coroutine that keeps it until
/// then; gives whether the function was run: false if the executor has thrown, or has dropped what was
/// posted to it. Throws what the function throws.
class OnExecutor {
 public:
  OnExecutor(Executor executor, std::function<void()> work)
      : executor_(std::move(executor)), work_(std::move(work)) {}
  OnExecutor(const OnExecutor&) = delete;
  OnExecutor& operator=(const OnExecutor&) = delete;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  /// The coroutine may go on, and this be gone, before it returns.
  void await_suspend(std::coroutine_handle<> waiting) {
    const auto posted = std::make_shared<Posted>(*this, waiting);
    try {
      // A copy of its own: the executor must not go with this.
      Executor(executor_).post([posted] { posted->run(); });
    } catch (...) {
      // As if it were dropped, by the last copy that is left, here.
    }
  }
  [[nodiscard]] bool await_resume() const {
    if (error_) {
      std::rethrow_exception(error_);
    }
    return has_run_;
  }

 private:
  /// Resumes the coroutine once: when the function was run, or its last copy goes without that.
  class Posted {
   public:
    Posted(OnExecutor& operation, std::coroutine_handle<> waiting)
        : operation_(operation), waiting_(waiting) {}
    Posted(const Posted&) = delete;
    Posted& operator=(const Posted&) = delete;
    ~Posted() {
      if (!is_used_.exchange(true)) {
        waiting_.resume();
      }
    }

    void run() {
      if (is_used_.exchange(true)) {
        return;  // somebody runs what was posted twice
      }
      try {
        operation_.work_();
      } catch (...) {
        operation_.error_ = std::current_exception();
      }
      operation_.has_run_ = true;
      waiting_.resume();  // from here on the operation may be gone
    }

   private:
    OnExecutor& operation_;
    std::coroutine_handle<> waiting_;
    std::atomic<bool> is_used_ = false;
  };

  Executor executor_;
  std::function<void()> work_;
  std::exception_ptr error_;
  bool has_run_ = false;
};

}  // namespace duroxide::DUROXIDE_ABI::detail
