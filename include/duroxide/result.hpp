#pragma once

#include <type_traits>
#include <utility>

#include <tl/expected.hpp>

namespace duroxide {

/// The value of a `Result<void, E>` that succeeded.
struct Nothing {
  bool operator==(const Nothing&) const = default;
};

/// A value or an error. Every call of the library that can fail returns one; none throws for a
/// failure of the store, of the input or of a user's code. `value()` on an error throws
/// `tl::bad_expected_access<E>`, which is what a `main` that cannot go on wants; for that to work
/// with calls that return no value too, `Result<void, E>` holds a `Nothing`.
template <class T, class E>
using Result = tl::expected<std::conditional_t<std::is_void_v<T>, Nothing, T>, E>;

/// Makes the error side of a `Result`: `return failure(some_error);`.
template <class E>
[[nodiscard]] tl::unexpected<std::decay_t<E>> failure(E&& error) {
  return tl::unexpected<std::decay_t<E>>(std::forward<E>(error));
}

}  // namespace duroxide
