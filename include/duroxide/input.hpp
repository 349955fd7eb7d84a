#pragma once

#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include <duroxide/detail/api.hpp>
#include <duroxide/detail/gcc12.hpp>
#include <duroxide/errors.hpp>

namespace duroxide::DUROXIDE_ABI {

namespace detail {

[[noreturn]] DUROXIDE_API void refuse_number(const std::string& number);

/// A number on its way into a member of another type: in braces the compiler takes a literal for
/// any type that holds it, but not a parameter. Throws `PayloadError` if the value does not fit.
template <class N>
class NumberFor {
 public:
  explicit NumberFor(N number) : number_(number) {}
  template <class M>
  requires(std::is_arithmetic_v<M> && !std::is_same_v<M, bool> &&
           (std::is_floating_point_v<M> || std::is_integral_v<N>))
  operator M() const {
    if constexpr (std::is_floating_point_v<N>) {
      // What is beyond the largest number of `M` must not be converted at all; infinity may be.
      constexpr auto largest = static_cast<long double>(std::numeric_limits<M>::max());
      if (is_finite(number_) && (number_ > largest || number_ < -largest)) {
        refuse();
      }
      return static_cast<M>(number_);
    } else {
      const M converted = static_cast<M>(number_);
      if (is_beyond(converted) || static_cast<N>(converted) != number_ ||
          (converted < M{}) != (number_ < N{})) {
        refuse();
      }
      return converted;
    }
  }

 private:
  /// A large integer may be rounded up to one more than `N` holds, which must not be converted back.
  template <class M>
  static bool is_beyond(M converted) {
    if constexpr (std::is_floating_point_v<M>) {
      constexpr M half = static_cast<M>(N{1} << (std::numeric_limits<N>::digits - 1));
      return converted >= half * 2;
    } else {
      return false;
    }
  }

  static bool is_finite(N number) {
    return number <= std::numeric_limits<N>::max() && number >= std::numeric_limits<N>::lowest();
  }

  [[noreturn]] void refuse() const { refuse_number(std::to_string(number_)); }

  N number_;
};

template <class A>
decltype(auto) for_member(A&& argument) {
  using Value = std::remove_cvref_t<A>;
  if constexpr (std::is_arithmetic_v<Value> && !std::is_same_v<Value, bool>) {
    return NumberFor<Value>(argument);
  } else {
    return std::forward<A>(argument);
  }
}

template <class T, class... As>
concept Braceable = requires {
  T{std::declval<As>()...};
};
template <class T, class... As>
concept BuildableOf = Braceable<T, As...> || requires {
  T{for_member(std::declval<As>())...};
};

// Members that are left out are meant to be.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/// `T{arguments...}`, which here is no temporary of the caller's expression.
template <class T, class... As>
T build(As&&... arguments) {
  (check_input<As>(), ...);
  if constexpr (Braceable<T, As...>) {
    return T{std::forward<As>(arguments)...};
  } else {
    return T{for_member(std::forward<As>(arguments))...};
  }
}

#pragma GCC diagnostic pop

/// What `input<T>(...)` makes: holds a `T`, and stands for it as an input of every call. No
/// aggregate, and with a destructor of its own, so that GCC 12 treats it well.
template <class T>
class [[nodiscard]] BuiltInput {
 public:
  template <class... As>
  explicit BuiltInput(std::in_place_t, As&&... arguments)
      : value_(build<T>(std::forward<As>(arguments)...)) {}
  BuiltInput(const BuiltInput&) = default;
  BuiltInput(BuiltInput&&) noexcept(std::is_nothrow_move_constructible_v<T>) = default;
  BuiltInput& operator=(const BuiltInput&) = default;
  BuiltInput& operator=(BuiltInput&&) noexcept(std::is_nothrow_move_assignable_v<T>) = default;
  ~BuiltInput() {}  // NOLINT: see above

  [[nodiscard]] const T& value() const { return value_; }
  [[nodiscard]] operator const T&() const { return value_; }

 private:
  T value_;
};

template <class T>
inline constexpr bool is_built_input = false;
template <class T>
inline constexpr bool is_built_input<BuiltInput<T>> = true;

}  // namespace detail

/// `T{arguments...}` as an input, for every call that takes one:
///
///     co_await ctx.schedule_activity("Charge", input<Order>("o-1", 500));
///     co_await ctx.schedule_activity("Sum", input<std::vector<int>>(1, 2, 3));
///
/// It is right in a `co_await` expression under every compiler; there GCC 12 destroys `Order{...}`
/// twice, and cannot compile `std::vector<int>{...}`. What is an aggregate inside is an `input`
/// again: `input<Order>("o-1", 500, input<Address>("Main Street"))`. Throws `PayloadError` for a
/// number that its member cannot hold.
template <class T, class... As>
requires detail::BuildableOf<T, As...>
[[nodiscard]] detail::BuiltInput<T> input(As&&... arguments) {
  return detail::BuiltInput<T>(std::in_place, std::forward<As>(arguments)...);
}

}  // namespace duroxide::DUROXIDE_ABI
