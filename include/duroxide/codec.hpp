#pragma once

#include <concepts>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include <duroxide/detail/cereal.hpp>  // before all else of cereal's

#include <cereal/types/map.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/tuple.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/vector.hpp>

#include <duroxide/detail/payload_archive.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/input.hpp>
#include <duroxide/payload.hpp>
#include <duroxide/result.hpp>

namespace duroxide::DUROXIDE_ABI {

/// Payloads (inputs, outputs, event data) are text. `std::string` passes through untouched; any
/// other type that cereal can serialise travels as JSON: a struct whose `serialize` names its
/// members gives an object with those names.
template <class T>
concept TextPayload = std::convertible_to<const T&, std::string_view>;

namespace detail {

/// Refuses to compile a type that cereal cannot write, or read. Gives whether it can, so that nothing
/// more is said of a type that is refused.
template <class T>
consteval bool check_writable() {
  constexpr bool is_writable = cereal::traits::is_output_serializable<T, PayloadWriter>::value;
  static_assert(is_writable, DUROXIDE_NO_PAYLOAD);
  return is_writable;
}
template <class T>
consteval bool check_readable() {
  constexpr bool is_readable = cereal::traits::is_input_serializable<T, PayloadReader>::value;
  static_assert(is_readable, DUROXIDE_NO_PAYLOAD);
  static_assert(std::is_default_constructible_v<T>,
                "a type that a payload is read into needs a default constructor");
  return is_readable && std::is_default_constructible_v<T>;
}

}  // namespace detail

/// Encodes `value`. Errors: a null pointer to a text; what the type's own serialisation threw, as text.
template <class T>
[[nodiscard]] Result<std::string, std::string> encode_payload(const T& value) {
  if constexpr (detail::is_built_input<T>) {
    return encode_payload(value.value());
  } else if constexpr (TextPayload<T>) {
    if constexpr (std::is_pointer_v<T>) {
      if (value == nullptr) {
        return failure("cannot encode the payload: it is a null pointer");
      }
    }
    return std::string(std::string_view(value));
  } else if constexpr (detail::check_writable<T>()) {
    try {
      detail::PayloadWriter writer;
      writer(cereal::make_nvp("v", value));
      return writer.text();
    } catch (const std::exception& error) {
      return failure("cannot encode the payload: " + detail::words_of(error));
    } catch (...) {
      return failure("cannot encode the payload: its type threw what is no std::exception");
    }
  } else {
    return failure("refused");
  }
}

/// Decodes a payload. Errors: text that is not JSON, or JSON of another shape; the message names the
/// type that was expected, the field and its place in the text as a byte offset, and shows the
/// beginning of the text.
template <class T>
[[nodiscard]] Result<T, std::string> decode_payload(const std::string& text) {
  if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, Payload>) {
    return text;
  } else if constexpr (detail::check_readable<T>()) {
    detail::PayloadReader reader(text);
    try {
      reader.begin(__builtin_frame_address(0));
      T value{};
      reader(cereal::make_nvp("v", value));
      reader.check_versions();
      return value;
    } catch (const std::exception& error) {
      return failure(reader.problem(typeid(T), error));
    } catch (...) {
      return failure(reader.problem(
          typeid(T), std::runtime_error("its type threw what is no std::exception")));
    }
  } else {
    return failure("refused");
  }
}

namespace detail {

/// For orchestration code, where a bad payload is an exception.
template <class T>
std::string encode_or_throw(T&& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    return std::forward<T>(value);  // which nobody needs any more
  } else {
    auto text = encode_payload(value);
    if (!text) {
      throw PayloadError(text.error());
    }
    return std::move(*text);
  }
}

}  // namespace detail

}  // namespace duroxide::DUROXIDE_ABI
