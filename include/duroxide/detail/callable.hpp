#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>

#include <duroxide/version.hpp>

namespace duroxide::DUROXIDE_ABI::detail {

/// Result and argument types of a function, a lambda or any object with one `operator()`.
template <class F>
struct Callable : Callable<decltype(&F::operator())> {};

template <class R, class... As>
struct Callable<R (*)(As...)> {
  using Output = R;
  using Arguments = std::tuple<std::remove_cvref_t<As>...>;
  static constexpr std::size_t references = (std::size_t{0} + ... + std::is_reference_v<As>);
  static constexpr bool takes_references = references != 0;
  static constexpr std::size_t arity = sizeof...(As);
};
template <class R, class... As>
struct Callable<R(As...)> : Callable<R (*)(As...)> {};
template <class R, class... As>
struct Callable<R (*)(As...) noexcept> : Callable<R (*)(As...)> {};
template <class C, class R, class... As>
struct Callable<R (C::*)(As...)> : Callable<R (*)(As...)> {};
template <class C, class R, class... As>
struct Callable<R (C::*)(As...) const> : Callable<R (*)(As...)> {};
template <class C, class R, class... As>
struct Callable<R (C::*)(As...) noexcept> : Callable<R (*)(As...)> {};
template <class C, class R, class... As>
struct Callable<R (C::*)(As...) const noexcept> : Callable<R (*)(As...)> {};

/// Whether it is known what it takes: not of a template, nor of several functions of one name.
template <class F>
concept KnownCallable = std::is_function_v<std::remove_pointer_t<std::decay_t<F>>> || requires {
  &std::decay_t<F>::operator();
};

template <class F>
using CallableOf = Callable<std::remove_pointer_t<std::decay_t<F>>>;

template <class F, std::size_t I>
using ArgumentOf = std::tuple_element_t<I, typename CallableOf<F>::Arguments>;

}  // namespace duroxide::DUROXIDE_ABI::detail
