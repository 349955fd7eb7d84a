#pragma once

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

#include <duroxide/codec.hpp>
#include <duroxide/detail/gcc12.hpp>
#include <duroxide/input.hpp>

namespace duroxide::DUROXIDE_ABI::detail {

#if DUROXIDE_GCC12_TEMPORARIES

/// Stands for braces in braces, and for anything else in them.
struct AnyBraces {
  template <class... As>
  AnyBraces(As&&...) {}
  AnyBraces(const AnyBraces&) = default;
};

/// The parameter for the input of a typed handle under GCC 12. `charge, {"o-1", 500}` would make an
/// aggregate in the caller's expression; here the braces make this object, which makes the
/// aggregate.
template <class Input>
class HandleInput {
 public:
  HandleInput() : text_(encode_or_throw(Input())) {}
  template <class A>
  requires(std::convertible_to<A, const Input&> &&
           !std::is_same_v<std::remove_cvref_t<A>, HandleInput>) HandleInput(A&& argument) {
    check_input<A>();
    const Input& value = std::forward<A>(argument);
    text_ = encode_or_throw(value);
  }
  template <class A, class B, class... As>
  requires BuildableOf<Input, A, B, As...> HandleInput(A&& a, B&& b, As&&... more)
      : text_(encode_or_throw(
            build<Input>(std::forward<A>(a), std::forward<B>(b), std::forward<As>(more)...))) {}
  /// Braces that are none of these.
  HandleInput(AnyBraces, AnyBraces = {}, AnyBraces = {}, AnyBraces = {}, AnyBraces = {},
              AnyBraces = {}, AnyBraces = {}, AnyBraces = {}) {
    static_assert(!std::is_same_v<Input, Input>,
                  "GCC 12 would destroy these braces twice in a co_await expression: write "
                  "duroxide::input<T>(members...) instead of {members...}, or give the input a "
                  "name first and pass that");
  }
  ~HandleInput() {}  // NOLINT: GCC 12 treats it well as it is

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

template <class Input>
using HandleParameter = const HandleInput<Input>&;

template <class Input>
const std::string& encode_handle_input(const HandleInput<Input>& input) {
  return input.text();
}

#else

template <class Input>
using HandleParameter = const Input&;

template <class Input>
std::string encode_handle_input(const Input& input) {
  return encode_or_throw(input);
}

#endif

}  // namespace duroxide::DUROXIDE_ABI::detail
