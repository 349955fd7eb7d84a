#pragma once

#include <type_traits>
#include <utility>

#include <tl/expected.hpp>

#include <duroxide/version.hpp>

namespace duroxide::DUROXIDE_ABI {

struct Nothing;
template <class T, class E>
class Expected;

namespace detail {

/// What a result holds as its value.
template <class T>
using HeldValue = std::conditional_t<std::is_void_v<T>, Nothing, T>;

template <class T>
inline constexpr bool is_expected = false;
template <class T, class E>
inline constexpr bool is_expected<Expected<T, E>> = true;

template <class T>
inline constexpr bool is_tl_result = std::is_same_v<T, tl::unexpect_t>;
template <class E>
inline constexpr bool is_tl_result<tl::unexpected<E>> = true;
template <class T, class E>
inline constexpr bool is_tl_result<tl::expected<T, E>> = true;

/// What a result can be made of, or be compared with, as its value.
template <class U>
concept PlainValue =
    !is_expected<std::remove_cvref_t<U>> && !is_tl_result<std::remove_cvref_t<U>> &&
    !std::is_same_v<std::remove_cvref_t<U>, tl::in_place_t>;

/// Whether a `T` could take the other result as a whole, which would make a conversion ambiguous.
template <class T, class Other>
inline constexpr bool takes_whole =
    std::is_constructible_v<T, Other&> || std::is_constructible_v<T, const Other&> ||
    std::is_constructible_v<T, Other&&> || std::is_constructible_v<T, const Other&&>;

/// The result type for what a function of `and_then` or `or_else` returned.
template <class R>
struct ResultFrom {
  static_assert(is_expected<R>, "the function must return a Result");
  using Type = R;
};
template <class T, class E>
struct ResultFrom<tl::expected<T, E>> {
  using Type = Expected<T, E>;
};

/// The same result with another error.
template <class R, class E>
struct WithError;
template <class T, class Old, class E>
struct WithError<Expected<T, Old>, E> {
  using Type = Expected<T, E>;
};

template <class Self, class F>
constexpr auto map_result(Self&& self, F&& function) {
  using Returned = decltype(std::forward<F>(function)(*std::forward<Self>(self)));
  using Error = typename std::remove_cvref_t<Self>::error_type;
  using Mapped = Expected<std::remove_cvref_t<Returned>, Error>;
  if (!self.has_value()) {
    return Mapped(tl::unexpect, std::forward<Self>(self).error());
  }
  if constexpr (std::is_void_v<Returned>) {
    std::forward<F>(function)(*std::forward<Self>(self));
    return Mapped(tl::in_place);
  } else {
    return Mapped(tl::in_place, std::forward<F>(function)(*std::forward<Self>(self)));
  }
}

template <class Self, class F>
constexpr auto map_result_error(Self&& self, F&& function) {
  using Returned = decltype(std::forward<F>(function)(std::forward<Self>(self).error()));
  using Mapped = typename WithError<std::remove_cvref_t<Self>, std::remove_cvref_t<Returned>>::Type;
  if (self.has_value()) {
    return Mapped(tl::in_place, *std::forward<Self>(self));
  }
  return Mapped(tl::unexpect, std::forward<F>(function)(std::forward<Self>(self).error()));
}

template <class Self, class F>
constexpr auto after_value(Self&& self, F&& function) {
  using Returned = decltype(std::forward<F>(function)(*std::forward<Self>(self)));
  using Next = typename ResultFrom<std::remove_cvref_t<Returned>>::Type;
  if (!self.has_value()) {
    return Next(tl::unexpect, std::forward<Self>(self).error());
  }
  return Next(std::forward<F>(function)(*std::forward<Self>(self)));
}

template <class Self, class F>
constexpr auto after_error(Self&& self, F&& function) {
  using Returned = decltype(std::forward<F>(function)(std::forward<Self>(self).error()));
  if constexpr (std::is_void_v<Returned>) {
    if (!self.has_value()) {
      std::forward<F>(function)(std::as_const(self).error());
    }
    return std::remove_cvref_t<Self>(std::forward<Self>(self));
  } else {
    using Next = typename ResultFrom<std::remove_cvref_t<Returned>>::Type;
    if (self.has_value()) {
      return Next(tl::in_place, *std::forward<Self>(self));
    }
    return Next(std::forward<F>(function)(std::forward<Self>(self).error()));
  }
}

}  // namespace detail

}  // namespace duroxide::DUROXIDE_ABI
