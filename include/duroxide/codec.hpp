#pragma once

#include <concepts>
#include <exception>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>

#include <cereal/archives/json.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/tuple.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/vector.hpp>

#include <duroxide/errors.hpp>
#include <duroxide/input.hpp>
#include <duroxide/result.hpp>

namespace duroxide {

/// Payloads (inputs, outputs, event data) are text. `std::string` passes through untouched; any
/// other type that cereal can serialise travels as JSON: a struct whose `serialize` names its
/// members gives an object with those names.
template <class T>
concept TextPayload = std::convertible_to<const T&, std::string_view>;

namespace detail {

// cereal always writes a root object, over several lines. The value stands under one key of it, and
// that is taken off again, so that the payload is plain JSON on one line.
[[nodiscard]] std::string wrap_json(std::string_view payload);
[[nodiscard]] std::string unwrap_json(std::string_view document);

/// Checks a text before the recursive JSON reader sees it: nesting, and nothing but white space
/// around the value. Returns an empty string if it may be read, else what is wrong, and at which byte.
[[nodiscard]] std::string check_json(std::string_view text);

/// A type as its author writes it: `Order`, `std::vector<std::string>`.
[[nodiscard]] std::string type_name(const std::type_info& type);

/// Says that `text` is no `type`, and why.
[[nodiscard]] std::string undecodable(std::string_view text, const std::type_info& type,
                                      std::string_view what);
/// The same for what the JSON reader gave up with: finds the field and its place. `member` is the
/// name of the member that it stood at; null if it stood at none.
[[nodiscard]] std::string undecodable(std::string_view text, const std::type_info& type,
                                      std::string_view reason, const char* member);

}  // namespace detail

/// Encodes `value`. Errors: what the type's own serialisation threw, as text.
template <class T>
[[nodiscard]] Result<std::string, std::string> encode_payload(const T& value) {
  if constexpr (detail::is_built_input<T>) {
    return encode_payload(value.value());
  } else if constexpr (TextPayload<T>) {
    return std::string(std::string_view(value));
  } else {
    try {
      std::ostringstream out;
      {
        cereal::JSONOutputArchive archive(out, cereal::JSONOutputArchive::Options::NoIndent());
        archive(cereal::make_nvp("v", value));
      }
      return detail::unwrap_json(out.str());
    } catch (const std::exception& error) {
      return failure(std::string("cannot encode the payload: ") + error.what());
    }
  }
}

/// Decodes a payload. Errors: text that is not JSON, or JSON of another shape; the message names the
/// type that was expected, the field and its place in the text as a byte offset, and shows the
/// beginning of the text.
template <class T>
[[nodiscard]] Result<T, std::string> decode_payload(const std::string& text) {
  if constexpr (std::is_same_v<T, std::string>) {
    return text;
  } else {
    const std::string problem = detail::check_json(text);
    if (!problem.empty()) {
      return failure(detail::undecodable(text, typeid(T), problem));
    }
    std::istringstream in(detail::wrap_json(text));
    std::optional<cereal::JSONInputArchive> archive;
    try {
      archive.emplace(in);
      T value{};
      (*archive)(cereal::make_nvp("v", value));
      return value;
    } catch (const std::exception& error) {
      return failure(detail::undecodable(text, typeid(T), error.what(),
                                         archive ? archive->getNodeName() : nullptr));
    }
  }
}

namespace detail {

/// For orchestration code, where a bad payload is an exception.
template <class T>
std::string encode_or_throw(const T& value) {
  auto text = encode_payload(value);
  if (!text) {
    throw PayloadError(text.error());
  }
  return std::move(*text);
}

}  // namespace detail

}  // namespace duroxide
