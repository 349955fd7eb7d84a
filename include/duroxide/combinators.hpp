#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <duroxide/task.hpp>

namespace duroxide::DUROXIDE_ABI {

namespace detail {

template <class T>
using ValueOrNothing = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class A>
using AwaitedValue = ValueOrNothing<typename std::remove_cvref_t<A>::value_type>;

/// Takes the value of a finished awaitable, a `std::monostate` for void.
template <class A>
AwaitedValue<A> take_value(A& awaitable) {
  if constexpr (std::is_void_v<typename std::remove_cvref_t<A>::value_type>) {
    awaitable.take();
    return {};
  } else {
    return awaitable.take();
  }
}

/// One awaitable of a combination and the place where it reports.
template <class Owner>
class Branch final : public Completion {
 public:
  Branch(Owner& owner, std::size_t index) : owner_(&owner), index_(index) {}
  void done() noexcept override {
    finished = true;
    owner_->branch_done(index_);
  }

  bool finished = false;

 private:
  Owner* owner_;
  std::size_t index_;
};

/// What all four combinations share: they start their branches in order and stop waiting for those
/// that have not finished. `Derived` has `for_each(f)`, which calls `f` with each awaitable in order,
/// `enough(index)`, called when a branch has finished, which tells whether the wait is over, and
/// `take()`.
template <class Derived>
class Combination {
 public:
  using DurableAwaitableTag = void;

  Combination() = default;
  Combination(Combination&& other) noexcept = default;  // only before it is started

  [[nodiscard]] bool is_ready() const noexcept { return false; }

  void start(TurnScheduler& scheduler, Completion& completion) {
    completion_ = &completion;
    starting_ = true;
    derived().for_each([&](auto& awaitable) {
      if (satisfied_) {
        return;
      }
      branches_.emplace_back(*this, branches_.size());
      try {
        awaitable.start(scheduler, branches_.back());
      } catch (...) {
        branches_.pop_back();
        release();
        throw;
      }
    });
    starting_ = false;
    if (satisfied_ || derived().enough_at_start()) {
      finish();
    }
  }

  void stop_waiting() noexcept {
    completion_ = nullptr;
    release();
  }

  void branch_done(std::size_t index) noexcept {
    if (!satisfied_ && derived().enough(index)) {
      satisfied_ = true;
      if (!starting_) {
        finish();
      }
    }
  }

 private:
  Derived& derived() { return static_cast<Derived&>(*this); }

  void finish() {
    release();
    if (Completion* completion = std::exchange(completion_, nullptr)) {
      completion->done();
    }
  }

  /// The branches must not report to this object any more: a loser that the user keeps lives on.
  void release() {
    std::size_t index = 0;
    derived().for_each([&](auto& awaitable) {
      if (index < branches_.size() && !branches_[index].finished) {
        awaitable.stop_waiting();
      }
      ++index;
    });
  }

  Completion* completion_ = nullptr;
  std::deque<Branch<Combination>> branches_;
  bool starting_ = false;
  bool satisfied_ = false;
};

}  // namespace detail

/// See `when_all(...)`.
template <class... As>
class [[nodiscard]] WhenAll : public detail::Combination<WhenAll<As...>> {
 public:
  using value_type = std::tuple<detail::AwaitedValue<As>...>;

  explicit WhenAll(As&&... awaitables) : awaitables_(std::forward<As>(awaitables)...) {}

  template <class F>
  void for_each(F&& f) {
    std::apply([&](auto&... each) { (f(each), ...); }, awaitables_);
  }
  bool enough(std::size_t) noexcept { return ++finished_ == sizeof...(As); }
  [[nodiscard]] bool enough_at_start() const noexcept { return sizeof...(As) == 0; }
  value_type take() {
    return std::apply([](auto&... each) { return value_type{detail::take_value(each)...}; },
                      awaitables_);
  }

 private:
  std::tuple<As...> awaitables_;
  std::size_t finished_ = 0;
};

/// See `when_all(std::vector)`.
template <class A>
class [[nodiscard]] WhenAllOf : public detail::Combination<WhenAllOf<A>> {
 public:
  using value_type = std::vector<detail::AwaitedValue<A>>;

  explicit WhenAllOf(std::vector<A> awaitables) : awaitables_(std::move(awaitables)) {}

  template <class F>
  void for_each(F&& f) {
    for (A& each : awaitables_) {
      f(each);
    }
  }
  bool enough(std::size_t) noexcept { return ++finished_ == awaitables_.size(); }
  [[nodiscard]] bool enough_at_start() const noexcept { return awaitables_.empty(); }
  value_type take() {
    value_type values;
    values.reserve(awaitables_.size());
    for (A& each : awaitables_) {
      values.push_back(detail::take_value(each));
    }
    return values;
  }

 private:
  std::vector<A> awaitables_;
  std::size_t finished_ = 0;
};

/// See `when_any(...)`.
template <class... As>
class [[nodiscard]] WhenAny : public detail::Combination<WhenAny<As...>> {
 public:
  using value_type = std::variant<detail::AwaitedValue<As>...>;

  explicit WhenAny(As&&... awaitables) : awaitables_(std::forward<As>(awaitables)...) {}

  template <class F>
  void for_each(F&& f) {
    std::apply([&](auto&... each) { (f(each), ...); }, awaitables_);
  }
  bool enough(std::size_t index) noexcept {
    winner_ = index;
    return true;
  }
  [[nodiscard]] bool enough_at_start() const noexcept { return false; }
  value_type take() { return take_winner(std::index_sequence_for<As...>()); }

 private:
  template <std::size_t... I>
  value_type take_winner(std::index_sequence<I...>) {
    std::optional<value_type> value;
    (void)((I == winner_ &&
            (value.emplace(std::in_place_index<I>, detail::take_value(std::get<I>(awaitables_))),
             true)) ||
           ...);
    return std::move(*value);
  }

  std::tuple<As...> awaitables_;
  std::size_t winner_ = 0;
};

/// The winner of `when_any(std::vector)`.
template <class T>
struct AnyOf {
  std::size_t index = 0;
  T value;
};

/// See `when_any(std::vector)`.
template <class A>
class [[nodiscard]] WhenAnyOf : public detail::Combination<WhenAnyOf<A>> {
 public:
  using value_type = AnyOf<detail::AwaitedValue<A>>;

  explicit WhenAnyOf(std::vector<A> awaitables) : awaitables_(std::move(awaitables)) {}

  template <class F>
  void for_each(F&& f) {
    for (A& each : awaitables_) {
      f(each);
    }
  }
  bool enough(std::size_t index) noexcept {
    winner_ = index;
    return true;
  }
  [[nodiscard]] bool enough_at_start() const noexcept { return false; }
  value_type take() { return value_type{winner_, detail::take_value(awaitables_[winner_])}; }

 private:
  std::vector<A> awaitables_;
  std::size_t winner_ = 0;
};

/// Waits for all of them and gives a tuple of their values (`std::monostate` for void), in argument
/// order. If some failed, it throws the first failure in argument order, after all have finished;
/// use `.as_result()` on the arguments to see each. An lvalue argument is only waited for and stays
/// the caller's.
template <DurableAwaitable... As>
[[nodiscard]] WhenAll<As...> when_all(As&&... awaitables) {
  return WhenAll<As...>(std::forward<As>(awaitables)...);
}

/// The same for any number of one type; gives a vector, in order.
template <DurableAwaitable A>
[[nodiscard]] WhenAllOf<A> when_all(std::vector<A> awaitables) {
  return WhenAllOf<A>(std::move(awaitables));
}

/// Waits for the first of them to finish, by the order of history, and gives a variant whose
/// `index()` tells which it was. If the winner failed, it throws. The losers that were handed over
/// (rvalues) are dropped, and so cancelled; an lvalue stays the caller's and can be awaited again.
template <DurableAwaitable... As>
requires(sizeof...(As) > 0) [[nodiscard]] WhenAny<As...> when_any(As&&... awaitables) {
  return WhenAny<As...>(std::forward<As>(awaitables)...);
}

/// The same for any number of one type; gives index and value of the winner. Throws
/// `std::invalid_argument` for an empty vector: nothing of it could ever finish.
template <DurableAwaitable A>
[[nodiscard]] WhenAnyOf<A> when_any(std::vector<A> awaitables) {
  if (awaitables.empty()) {
    throw std::invalid_argument("when_any of an empty vector would wait for ever");
  }
  return WhenAnyOf<A>(std::move(awaitables));
}

}  // namespace duroxide::DUROXIDE_ABI
