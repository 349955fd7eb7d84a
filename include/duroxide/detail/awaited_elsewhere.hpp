#pragma once

#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <duroxide/clock.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/detail/turn_scheduler.hpp>

namespace duroxide::DUROXIDE_ABI::detail {

/// One run of a coroutine activity: its coroutines are resumed from one loop, on one thread.
class DUROXIDE_API ActivityRun : public TurnScheduler {
 public:
  /// What makes `completion` done on the run's thread, and then goes on with it. To be called once, from any
  /// thread; until it is destroyed, so long are the run and its coroutines there.
  [[nodiscard]] virtual std::function<void()> wake_up(Completion& completion) = 0;

  /// Makes `completion` done after the delay, by the clock of the store, or as soon as the activity is
  /// told to stop. Of the run's thread, like the next.
  virtual void sleep(Milliseconds delay, Completion& completion) = 0;
  virtual void stop_sleeping(Completion& completion) noexcept = 0;

 protected:
  ActivityRun() = default;
  ~ActivityRun() = default;
};

/// What `co_await` makes of `A`, an awaitable of anybody's, or a reference to one.
template <class A>
decltype(auto) awaiter_of(A&& awaitable) {
  if constexpr (requires { std::forward<A>(awaitable).operator co_await(); }) {
    return std::forward<A>(awaitable).operator co_await();
  } else if constexpr (requires { operator co_await(std::forward<A>(awaitable)); }) {
    return operator co_await(std::forward<A>(awaitable));
  } else {
    return std::forward<A>(awaitable);
  }
}

/// A coroutine that owns itself, and ends by itself.
struct Carrier {
  struct promise_type {  // NOLINT(readability-identifier-naming): the language's name
    [[nodiscard]] Carrier get_return_object() const noexcept { return {}; }
    [[nodiscard]] std::suspend_never initial_suspend() const noexcept { return {}; }
    [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
};

/// Waits for an awaitable that knows nothing of runs: a coroutine of its own awaits it, and is resumed
/// wherever the awaitable likes; then the activity goes on where it belongs. `A` is a reference to what the
/// waiting coroutine keeps.
template <class A>
class AwaitedElsewhere {
 public:
  using Awaiter = decltype(awaiter_of(std::declval<A>()));
  using value_type = decltype(std::declval<std::remove_reference_t<Awaiter>&>().await_resume());

  template <class U>
  explicit AwaitedElsewhere(U&& awaitable) : awaitable_(static_cast<A>(awaitable)) {}

  [[nodiscard]] bool is_ready() const noexcept { return false; }
  void start(TurnScheduler& scheduler, Completion& completion) {
    carry(*this, static_cast<ActivityRun&>(scheduler).wake_up(completion));
  }
  /// Only when the frame ends while this is awaited, which `wake_up` prevents.
  void stop_waiting() const noexcept {}
  value_type take() {
    if (error_) {
      std::rethrow_exception(error_);
    }
    if constexpr (std::is_reference_v<value_type>) {
      return static_cast<value_type>(*value_);
    } else if constexpr (!std::is_void_v<value_type>) {
      return std::move(*value_);
    }
  }

 private:
  static constexpr bool has_awaiter_of_its_own = !std::is_reference_v<Awaiter>;

  /// Makes the awaiter where it stays, for those that cannot be moved.
  struct MakeAwaiter {
    A awaitable;
    operator Awaiter() const { return awaiter_of(static_cast<A>(awaitable)); }  // NOLINT: to be one
  };

  template <class T>
  struct Place {
    using Type = std::optional<T>;
  };
  template <class T>
  struct Place<T&> {
    using Type = T*;
  };
  template <class T>
  struct Place<T&&> {
    using Type = T*;
  };

  /// Wakes the activity when the coroutine that awaits is over, whether it came to its end or was
  /// destroyed by whoever was to resume it.
  class Waking {
   public:
    Waking(AwaitedElsewhere& to, std::function<void()> wake_up)
        : to_(to), wake_up_(std::move(wake_up)) {}
    Waking(const Waking&) = delete;
    Waking& operator=(const Waking&) = delete;
    ~Waking() {
      if (!has_ended_) {
        to_.error_ = std::make_exception_ptr(std::runtime_error(
            "an operation that the activity awaited was given up by whoever was to end it"));
      }
      wake_up_();  // from here on what `to_` refers to may be gone
    }
    void end() noexcept { has_ended_ = true; }

   private:
    AwaitedElsewhere& to_;
    std::function<void()> wake_up_;
    bool has_ended_ = false;
  };

  static Carrier carry(AwaitedElsewhere& to, std::function<void()> wake_up) {
    Waking waking(to, std::move(wake_up));
    try {
      // By a name: GCC 12 would await a copy of what another expression refers to.
      auto& awaiter = to.make_awaiter();
      if constexpr (std::is_void_v<value_type>) {
        co_await awaiter;  // NOLINT(bugprone-use-after-move): the parameter is not used again
      } else if constexpr (std::is_reference_v<value_type>) {
        auto&& value = co_await awaiter;  // NOLINT(bugprone-use-after-move)
        to.value_ = std::addressof(value);
      } else {
        to.value_.emplace(co_await awaiter);  // NOLINT(bugprone-use-after-move)
      }
    } catch (...) {
      to.error_ = std::current_exception();
    }
    waking.end();
  }

  auto& make_awaiter() {
    if constexpr (has_awaiter_of_its_own) {
      return awaiter_.emplace(MakeAwaiter{static_cast<A>(awaitable_)});
    } else {
      return awaitable_;
    }
  }

  A awaitable_;
  std::optional<std::conditional_t<has_awaiter_of_its_own, Awaiter, char>> awaiter_;
  typename Place<std::conditional_t<std::is_void_v<value_type>, char, value_type>>::Type value_{};
  std::exception_ptr error_;
};

}  // namespace duroxide::DUROXIDE_ABI::detail
