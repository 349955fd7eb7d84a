#pragma once

#include <initializer_list>
#include <iosfwd>
#include <type_traits>
#include <utility>

#include <tl/expected.hpp>

#include <duroxide/detail/result_chain.hpp>

namespace duroxide::DUROXIDE_ABI {

/// The value of a `Result<void, E>` that succeeded.
struct Nothing {
  bool operator==(const Nothing&) const = default;
};

/// A value or an error. Every call of the library that can fail returns one; none throws for a
/// failure of the store, of the input or of a user's code. `value()` on an error throws
/// `tl::bad_expected_access<E>`, which is what a `main` that cannot go on wants; for that to work
/// with calls that return no value too, `Result<void, E>` holds a `Nothing`. A template that takes
/// `const Result<T, E>&` deduces both; so that it can, `Result<void, E>` and `Result<Nothing, E>` are two
/// types, which convert into one another and compare.
template <class T, class E>
using Result = Expected<T, E>;

/// The class behind `Result`: it has the members of `std::expected`, and those of `tl::expected`, to
/// and from which it converts.
///
/// A temporary one never refers into itself: there `value()`, `error()` and `*` give the value or
/// error itself, so `for (const auto& each : management.list_instances().value())` is right. `->`
/// needs a result that has a name; on a temporary, write `.value().member`.
///
/// As safe to share between threads as its value and its error are.
template <class V, class E>
class [[nodiscard]] Expected {
  using T = detail::HeldValue<V>;

 public:
  using value_type = T;
  using error_type = E;
  using unexpected_type = tl::unexpected<E>;

  Expected() = default;

  template <detail::PlainValue U = T>
  requires std::is_constructible_v<T, U&&>
  explicit(!std::is_convertible_v<U&&, T>) constexpr Expected(U&& value)
      : held_(tl::in_place, std::forward<U>(value)) {}

  template <class G>
  requires std::is_constructible_v<E, const G&>
  explicit(!std::is_convertible_v<const G&, E>) constexpr Expected(const tl::unexpected<G>& error)
      : held_(tl::unexpect, error.value()) {}
  template <class G>
  requires std::is_constructible_v<E, G&&>
  explicit(!std::is_convertible_v<G&&, E>) constexpr Expected(tl::unexpected<G>&& error)
      : held_(tl::unexpect, std::move(error).value()) {}

  template <class... As>
  requires std::is_constructible_v<T, As...>
  constexpr explicit Expected(tl::in_place_t, As&&... arguments)
      : held_(tl::in_place, std::forward<As>(arguments)...) {}
  template <class U, class... As>
  requires std::is_constructible_v < T, std::initializer_list<U>
  &, As... > constexpr explicit Expected(tl::in_place_t, std::initializer_list<U> list,
                                         As&&... arguments)
      : held_(tl::in_place, list, std::forward<As>(arguments)...) {}
  template <class... As>
  requires std::is_constructible_v<E, As...>
  constexpr explicit Expected(tl::unexpect_t, As&&... arguments)
      : held_(tl::unexpect, std::forward<As>(arguments)...) {}

  /// A result of other types that convert.
  template <class U, class G>
  requires(!std::is_same_v<Expected<U, G>, Expected> &&
           std::is_constructible_v<T, detail::HeldValue<U>&&> && std::is_constructible_v<E, G&&> &&
           !detail::takes_whole<
               T, Expected<U, G>>) explicit(!std::is_convertible_v<detail::HeldValue<U>&&, T> ||
                                            !std::is_convertible_v<
                                                G&&, E>) constexpr Expected(Expected<U, G> other)
      : Expected(static_cast<tl::expected<detail::HeldValue<U>, G>>(std::move(other))) {}

  template <class U, class G>
  requires(std::is_constructible_v<tl::expected<T, E>, tl::expected<U, G>&&>) explicit(
      !std::is_convertible_v<tl::expected<U, G>&&,
                             tl::expected<T, E>>) constexpr Expected(tl::expected<U, G> other)
      : held_(std::move(other)) {}

  [[nodiscard]] constexpr operator tl::expected<T, E>() const& { return held_; }
  [[nodiscard]] constexpr operator tl::expected<T, E>() && { return std::move(held_); }

  [[nodiscard]] constexpr bool has_value() const noexcept { return held_.has_value(); }
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return held_.has_value(); }

  /// Throws `tl::bad_expected_access<E>`, which holds the error, if there is no value.
  constexpr T& value() & { return held_.value(); }
  constexpr const T& value() const& { return held_.value(); }
  constexpr T value() && { return std::move(held_).value(); }
  constexpr T value() const&& { return held_.value(); }

  /// Only if there is a value.
  [[nodiscard]] constexpr T& operator*() & { return *held_; }
  [[nodiscard]] constexpr const T& operator*() const& { return *held_; }
  [[nodiscard]] constexpr T operator*() && { return *std::move(held_); }
  [[nodiscard]] constexpr T operator*() const&& { return *held_; }
  [[nodiscard]] constexpr T* operator->() & { return &*held_; }
  [[nodiscard]] constexpr const T* operator->() const& { return &*held_; }
  /// Not on a temporary, whose value would be gone: write `.value().member`.
  T* operator->() && = delete;
  const T* operator->() const&& = delete;

  /// Only if there is no value.
  [[nodiscard]] constexpr E& error() & { return held_.error(); }
  [[nodiscard]] constexpr const E& error() const& { return held_.error(); }
  [[nodiscard]] constexpr E error() && { return std::move(held_).error(); }
  [[nodiscard]] constexpr E error() const&& { return held_.error(); }

  template <class U>
  [[nodiscard]] constexpr T value_or(U&& other) const& {
    return held_.value_or(std::forward<U>(other));
  }
  template <class U>
  [[nodiscard]] constexpr T value_or(U&& other) && {
    return std::move(held_).value_or(std::forward<U>(other));
  }

  /// Replaces what is held by a value made of `arguments`.
  template <class... As>
  constexpr T& emplace(As&&... arguments) & {
    held_.emplace(std::forward<As>(arguments)...);
    return *held_;
  }
  constexpr void swap(Expected& other) { held_.swap(other.held_); }
  friend constexpr void swap(Expected& a, Expected& b) { a.swap(b); }

  /// `function(value)` as a result, or the error. The function may return nothing.
  template <class F>
  constexpr auto map(F&& function) & {
    return detail::map_result(*this, std::forward<F>(function));
  }
  template <class F>
  constexpr auto map(F&& function) const& {
    return detail::map_result(*this, std::forward<F>(function));
  }
  template <class F>
  constexpr auto map(F&& function) && {
    return detail::map_result(std::move(*this), std::forward<F>(function));
  }
  template <class F>
  constexpr auto transform(F&& function) & {
    return detail::map_result(*this, std::forward<F>(function));
  }
  template <class F>
  constexpr auto transform(F&& function) const& {
    return detail::map_result(*this, std::forward<F>(function));
  }
  template <class F>
  constexpr auto transform(F&& function) && {
    return detail::map_result(std::move(*this), std::forward<F>(function));
  }

  /// The value, or `function(error)` as the error.
  template <class F>
  constexpr auto map_error(F&& function) & {
    return detail::map_result_error(*this, std::forward<F>(function));
  }
  template <class F>
  constexpr auto map_error(F&& function) const& {
    return detail::map_result_error(*this, std::forward<F>(function));
  }
  template <class F>
  constexpr auto map_error(F&& function) && {
    return detail::map_result_error(std::move(*this), std::forward<F>(function));
  }
  template <class F>
  constexpr auto transform_error(F&& function) & {
    return detail::map_result_error(*this, std::forward<F>(function));
  }
  template <class F>
  constexpr auto transform_error(F&& function) const& {
    return detail::map_result_error(*this, std::forward<F>(function));
  }
  template <class F>
  constexpr auto transform_error(F&& function) && {
    return detail::map_result_error(std::move(*this), std::forward<F>(function));
  }

  /// The result that `function(value)` returns, or the error.
  template <class F>
  constexpr auto and_then(F&& function) & {
    return detail::after_value(*this, std::forward<F>(function));
  }
  template <class F>
  constexpr auto and_then(F&& function) const& {
    return detail::after_value(*this, std::forward<F>(function));
  }
  template <class F>
  constexpr auto and_then(F&& function) && {
    return detail::after_value(std::move(*this), std::forward<F>(function));
  }

  /// The value, or the result that `function(error)` returns. A function that returns nothing leaves
  /// the result as it is.
  template <class F>
  constexpr auto or_else(F&& function) & {
    return detail::after_error(*this, std::forward<F>(function));
  }
  template <class F>
  constexpr auto or_else(F&& function) const& {
    return detail::after_error(*this, std::forward<F>(function));
  }
  template <class F>
  constexpr auto or_else(F&& function) && {
    return detail::after_error(std::move(*this), std::forward<F>(function));
  }

 private:
  tl::expected<T, E> held_;
};

namespace detail {

/// What `std::cmp_equal` takes: integers, but neither truth values nor characters.
template <class T>
concept CountingInteger =
    std::is_integral_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, char> &&
    !std::is_same_v<T, wchar_t> && !std::is_same_v<T, char8_t> && !std::is_same_v<T, char16_t> &&
    !std::is_same_v<T, char32_t>;

/// `a == b`, and for integers of any sign what that means for numbers: no -1 is the largest unsigned
/// one, and comparing `Result<std::size_t>` with a literal is no warning.
template <class A, class B>
constexpr bool are_equal(const A& a, const B& b) {
  if constexpr (CountingInteger<A> && CountingInteger<B>) {
    return std::cmp_equal(a, b);
  } else {
    return a == b;
  }
}

}  // namespace detail

/// Two results are equal if both hold equal values, or equal errors.
template <class T, class E, class U, class G>
[[nodiscard]] constexpr bool operator==(const Expected<T, E>& a, const Expected<U, G>& b) {
  if (a.has_value() != b.has_value()) {
    return false;
  }
  return a.has_value() ? detail::are_equal(*a, *b) : detail::are_equal(a.error(), b.error());
}
template <class T, class E, detail::PlainValue U>
[[nodiscard]] constexpr bool operator==(const Expected<T, E>& a, const U& value) {
  return a.has_value() && detail::are_equal(*a, value);
}
template <class T, class E, class G>
[[nodiscard]] constexpr bool operator==(const Expected<T, E>& a, const tl::unexpected<G>& error) {
  return !a.has_value() && detail::are_equal(a.error(), error.value());
}

namespace detail {

/// What a stream takes, or can be told as text.
template <class Out, class Value>
void print(Out& out, const Value& value) {
  if constexpr (requires { value.to_string(); }) {
    out << value.to_string();
  } else if constexpr (requires { out << value; }) {
    out << value;
  } else {
    out << "(no text)";
  }
}

}  // namespace detail

/// For logs and tests: the value as the stream prints it, or `error: ` with the error. What it cannot
/// print, but has a `to_string()`, is printed by that.
template <class Traits, class T, class E>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out,
                                             const Expected<T, E>& result) {
  if (!result.has_value()) {
    out << "error: ";
    detail::print(out, result.error());
  } else if constexpr (std::is_same_v<detail::HeldValue<T>, Nothing>) {
    out << "success";
  } else {
    detail::print(out, *result);
  }
  return out;
}

/// Makes the error side of a `Result`: `return failure(some_error);`.
template <class E>
[[nodiscard]] tl::unexpected<std::decay_t<E>> failure(E&& error) {
  return tl::unexpected<std::decay_t<E>>(std::forward<E>(error));
}

}  // namespace duroxide::DUROXIDE_ABI
