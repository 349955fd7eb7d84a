#pragma once

// GCC 12 destroys some temporaries of a `co_await` expression twice: aggregates made there with
// braces, and closures with captures. Seen with 12.2 at every level of optimisation; Clang 14 is
// right. The calls of an orchestration refuse such arguments at compile time, and only there.

#include <type_traits>

#include <duroxide/version.hpp>

namespace duroxide::DUROXIDE_ABI::detail {

#if defined(__GNUC__) && __GNUC__ == 12 && !defined(__clang__)
#define DUROXIDE_GCC12_TEMPORARIES 1
inline constexpr bool temporaries_are_destroyed_twice = true;
#else
#define DUROXIDE_GCC12_TEMPORARIES 0
inline constexpr bool temporaries_are_destroyed_twice = false;
#endif

/// What a parameter `A&&` was deduced for: an rvalue of a type whose temporary may be destroyed
/// twice. Whether the expression awaits, a parameter cannot see.
template <class A>
inline constexpr bool is_hazardous_input =
    temporaries_are_destroyed_twice && !std::is_reference_v<A> &&
    std::is_aggregate_v<std::remove_cv_t<A>> && !std::is_trivially_destructible_v<A>;

template <class A>
inline constexpr bool is_hazardous_callable =
    temporaries_are_destroyed_twice && !std::is_reference_v<A> && std::is_class_v<A> &&
    !std::is_empty_v<A>;

template <class A>
concept HazardousInput = is_hazardous_input<A>;
template <class A>
concept HazardousCallable = is_hazardous_callable<A>;

/// Refuses an input, with what to write instead.
template <class A>
constexpr void check_input() {
  static_assert(!is_hazardous_input<A>,
                "GCC 12 would destroy this temporary twice in a co_await expression: write "
                "duroxide::input<T>(members...) instead of T{members...}, or give the input a name "
                "first and pass that");
}

/// Refuses a function, with what to write instead.
template <class F>
constexpr void check_callable() {
  static_assert(!is_hazardous_callable<F>,
                "GCC 12 would destroy this temporary function twice in a co_await expression: give "
                "the lambda with captures a name first and pass that");
}

}  // namespace duroxide::DUROXIDE_ABI::detail
