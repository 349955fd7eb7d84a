#pragma once

#include <coroutine>
#include <stop_token>
#include <type_traits>
#include <utility>

#include <duroxide/activity.hpp>
#include <duroxide/clock.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/detail/awaited_elsewhere.hpp>
#include <duroxide/detail/gcc12.hpp>
#include <duroxide/detail/turn_scheduler.hpp>
#include <duroxide/task.hpp>

namespace duroxide::DUROXIDE_ABI {

/// What `ActivityContext::sleep` throws in a coroutine activity once nobody waits for its result any more:
/// see `ActivityContext::is_cancelled`. What comes of the activity then is discarded. Like
/// `OrchestrationCancelled` it is no `std::exception`, so that code which handles failures does not handle
/// this by mistake.
class DUROXIDE_API ActivityCancelled {};

/// What `ActivityContext::sleep` returns, to be awaited once.
class DUROXIDE_API ActivitySleep {
 public:
  using ActivityAwaitableTag = void;
  using value_type = void;

  ActivitySleep(std::stop_token stop, Milliseconds delay) : stop_(std::move(stop)), delay_(delay) {}

  // The engine's side: see detail::Awaiter.
  [[nodiscard]] bool is_ready() const noexcept { return false; }
  void start(detail::TurnScheduler& scheduler, detail::Completion& completion);
  void stop_waiting() noexcept;
  void take() const;

 private:
  std::stop_token stop_;
  Milliseconds delay_;
  detail::ActivityRun* run_ = nullptr;
  detail::Completion* completion_ = nullptr;
};

inline ActivitySleep ActivityContext::sleep(Duration delay) const {
  return {services_.stop, delay};
}

namespace detail {

/// What a coroutine activity may await without leaving its thread.
template <class A>
concept AwaitedHere = requires {
  typename std::remove_cvref_t<A>::ActivityAwaitableTag;
};

template <class T>
class ActivityTaskPromise;

}  // namespace detail

/// The coroutine type of activities that wait without holding a thread, and of the helpers that they
/// await:
///
///     ActivityTask<std::string> tracked(ActivityContext& context, std::string parcel) {
///       Client client = context.client();
///       while (...) {
///         co_await context.sleep(std::chrono::minutes(10));
///       }
///       co_return "delivered";
///     }
///
/// It runs on one of a few threads that all of a runtime's share, from one await to the next, so it must
/// not block, and a blocking call of a client answers `would_deadlock`. It may await
/// `ActivityContext::sleep`, other activity tasks, and what other libraries give to be awaited: behind
/// each `co_await` it is on its own thread again. A cancellation ends only a sleep; an operation of another
/// library goes on until it returns, unless `ActivityContext::on_cancelled` ends it. Parameters are taken by
/// value, but for the context, which is there until the coroutine ends. Like every activity it begins anew
/// in a process that finds it unfinished; a runtime that stops gives it back as soon as it sleeps.
///
/// Lazy, move-only.
template <class T = void>
class [[nodiscard]] ActivityTask : public detail::OwnedFrame<detail::ActivityTaskPromise<T>, T> {
 public:
  using ActivityAwaitableTag = void;

  using detail::OwnedFrame<detail::ActivityTaskPromise<T>, T>::OwnedFrame;
};

namespace detail {

template <class T>
class ActivityTaskPromise : public Promise<T> {
 public:
  ActivityTask<T> get_return_object() { return ActivityTask<T>(*this); }

  template <class A>
  [[nodiscard]] auto await_transform(A&& awaitable) {
    static_assert(!DurableAwaitable<A>,
                  "an activity cannot await what an orchestration awaits: that is recorded in the "
                  "history of the orchestration");
    static_assert(!is_hazardous_input<A>,
                  "GCC 12 would destroy this temporary twice in a co_await expression: give it a "
                  "name first and await that");
    if constexpr (DurableAwaitable<A> || is_hazardous_input<A>) {
      return std::suspend_always{};
    } else if constexpr (AwaitedHere<A>) {
      using Held = std::conditional_t<std::is_lvalue_reference_v<A>, A, std::remove_cvref_t<A>>;
      return Awaiter<Held>(std::forward<A>(awaitable), *this);
    } else {
      // A temporary lives until the expression that awaits it is over.
      return Awaiter<AwaitedElsewhere<A&&>>(std::forward<A>(awaitable), *this);
    }
  }
};

}  // namespace detail

}  // namespace duroxide::DUROXIDE_ABI
