#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <duroxide/detail/turn_scheduler.hpp>

namespace duroxide::DUROXIDE_ABI {

/// What an orchestration may `co_await`: the futures of its context, a `Task`, and `when_all` and
/// `when_any` of those. Anything else would wait for something that replay cannot repeat, so it
/// does not compile.
template <class A>
concept DurableAwaitable = requires {
  typename std::remove_cvref_t<A>::DurableAwaitableTag;
};

namespace detail {

/// Waits for one durable awaitable on behalf of a coroutine. `A` is a reference for an awaitable
/// that the user keeps, a value for one that is handed over.
template <class A>
class Awaiter final : public Completion {
 public:
  using Awaitable = std::remove_cvref_t<A>;

  template <class U>
  Awaiter(U&& awaitable, Resumable& waiter)
      : awaitable_(std::forward<U>(awaitable)), waiter_(waiter) {}
  Awaiter(const Awaiter&) = delete;
  Awaiter& operator=(const Awaiter&) = delete;
  ~Awaiter() {
    if (started_ && !done_) {
      awaitable_.stop_waiting();
    }
  }

  [[nodiscard]] bool await_ready() const noexcept { return awaitable_.is_ready(); }

  void await_suspend(std::coroutine_handle<>) {
    waiter_.scheduler->suspending();
    awaitable_.start(*waiter_.scheduler, *this);
    started_ = true;
  }

  typename Awaitable::value_type await_resume() { return awaitable_.take(); }

  void done() noexcept override {
    done_ = true;
    waiter_.scheduler->ready(waiter_);
  }

 private:
  A awaitable_;
  Resumable& waiter_;
  bool started_ = false;
  bool done_ = false;
};

class PromiseBase : public Resumable {
 public:
  struct FinalAwaiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> ended) noexcept {
      PromiseBase& promise = ended.promise();
      promise.scheduler->suspending();
      promise.finished = true;
      if (promise.completion != nullptr) {
        promise.completion->done();
      }
    }
    void await_resume() const noexcept {}
  };

  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { error = std::current_exception(); }

  template <class A>
  [[nodiscard]] auto await_transform(A&& awaitable) {
    static_assert(DurableAwaitable<A>,
                  "an orchestration can await only what its OrchestrationContext returns, a "
                  "duroxide::Task, and when_all/when_any of those");
    if constexpr (DurableAwaitable<A>) {
      using Held = std::conditional_t<std::is_lvalue_reference_v<A>, A, std::remove_cvref_t<A>>;
      return Awaiter<Held>(std::forward<A>(awaitable), *this);
    } else {
      return std::suspend_always{};
    }
  }

  Completion* completion = nullptr;
  std::exception_ptr error;
  bool finished = false;
};

template <class T>
class Promise : public PromiseBase {
 public:
  template <class U>
  requires std::convertible_to<U&&, T>
  void return_value(U&& value) { value_.emplace(std::forward<U>(value)); }
  [[nodiscard]] T take() {
    if (error) {
      std::rethrow_exception(error);
    }
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class Promise<void> : public PromiseBase {
 public:
  void return_void() const noexcept {}
  void take() const {
    if (error) {
      std::rethrow_exception(error);
    }
  }
};

/// Owns the frame of a coroutine whose promise is a `Promise`, and is what awaits it sees of it. `Task` has
/// one, and so has whatever else runs in a `TurnScheduler`.
template <class Frame, class T>
class OwnedFrame {
 public:
  using promise_type = Frame;
  using value_type = T;

  OwnedFrame() = default;
  explicit OwnedFrame(Frame& promise)
      : handle_(std::coroutine_handle<Frame>::from_promise(promise)) {
    promise.handle = handle_;
  }
  OwnedFrame(OwnedFrame&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  OwnedFrame& operator=(OwnedFrame&& other) noexcept {
    if (this != &other) {
      destroy();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~OwnedFrame() { destroy(); }

  /// False for one that was moved from.
  [[nodiscard]] explicit operator bool() const { return handle_ != nullptr; }

  // The engine's side: see detail::Awaiter.
  [[nodiscard]] bool is_ready() const noexcept { return handle_ && handle_.promise().finished; }
  void start(TurnScheduler& scheduler, Completion& completion) {
    if (!handle_) {
      throw std::logic_error("a task was awaited that had been moved from");
    }
    auto& promise = handle_.promise();
    if (promise.completion != nullptr && !promise.finished) {
      throw std::logic_error("a task is awaited in two places at once");
    }
    const bool first = promise.scheduler == nullptr;
    promise.scheduler = &scheduler;
    promise.completion = &completion;
    if (first) {
      scheduler.ready(promise);
    } else if (promise.finished) {
      completion.done();
    }
  }
  void stop_waiting() noexcept {
    if (handle_) {
      handle_.promise().completion = nullptr;
    }
  }
  T take() { return handle_.promise().take(); }
  /// Gives the frame up without destroying it: it was miscompiled and cannot be destroyed safely.
  void leak() noexcept { handle_ = nullptr; }

 private:
  void destroy() noexcept {
    if (handle_) {
      std::exchange(handle_, nullptr).destroy();
    }
  }

  std::coroutine_handle<Frame> handle_;
};

template <class T>
class TaskPromise;

}  // namespace detail

/// The coroutine type of orchestrations and of the helpers that they await. Lazy: it runs when
/// awaited (or given to `when_all` or `when_any`), and a task that is destroyed before its end takes
/// what it was waiting for with it. Move-only; use it on the orchestration's own thread only.
template <class T = void>
class [[nodiscard]] Task : public detail::OwnedFrame<detail::TaskPromise<T>, T> {
 public:
  using DurableAwaitableTag = void;

  using detail::OwnedFrame<detail::TaskPromise<T>, T>::OwnedFrame;
};

namespace detail {

template <class T>
class TaskPromise : public Promise<T> {
 public:
  Task<T> get_return_object() { return Task<T>(*this); }
};

}  // namespace detail

}  // namespace duroxide::DUROXIDE_ABI
