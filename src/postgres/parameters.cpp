#include "postgres/parameters.hpp"

#include <algorithm>
#include <utility>

#include "model/limits.hpp"
#include "postgres/wire_types.hpp"

namespace duroxide::postgres {

namespace {

std::string encode_number(std::int64_t value) {
  std::string bytes;
  append_big_endian(bytes, static_cast<std::uint64_t>(value), 8);
  return bytes;
}

template <class Text>
std::vector<std::optional<std::string_view>> views_of(const std::vector<Text>& values) {
  std::vector<std::optional<std::string_view>> views;
  views.reserve(values.size());
  for (const Text& value : values) {
    if constexpr (requires { value.has_value(); }) {
      views.push_back(value ? std::optional<std::string_view>(*value) : std::nullopt);
    } else {
      views.emplace_back(value);
    }
  }
  return views;
}

}  // namespace

Parameters& Parameters::null_of(std::uint32_t type) {
  values_.push_back({type, true, {}});
  return *this;
}

Parameters& Parameters::add_number(std::int64_t value) {
  values_.push_back({type_bigint, false, encode_number(value)});
  return *this;
}

Parameters& Parameters::optional_number(const std::optional<std::int64_t>& value) {
  return value ? number(*value) : null_of(type_bigint);
}

Parameters& Parameters::flag(bool value) {
  values_.push_back({type_boolean, false, std::string(1, value ? '\1' : '\0')});
  return *this;
}

Parameters& Parameters::text(std::string_view value) {
  values_.push_back({type_text, false, std::string(value)});
  return *this;
}

Parameters& Parameters::optional_text(const std::optional<std::string>& value) {
  return value ? text(*value) : null_of(type_text);
}

Parameters& Parameters::optional_words(const std::optional<std::string>& value) {
  if (!value) {
    return null_of(type_text);
  }
  std::string words = *value;
  if (!model::is_utf8(words)) {
    std::replace_if(
        words.begin(), words.end(), [](char each) { return (each & '\x80') != 0; }, '?');
  }
  std::replace(words.begin(), words.end(), '\0', '?');
  return text(words);
}

Parameters& Parameters::bytes(std::string value) {
  values_.push_back({type_bytea, false, std::move(value)});
  return *this;
}

Parameters& Parameters::optional_bytes(std::optional<std::string> value) {
  return value ? bytes(std::move(*value)) : null_of(type_bytea);
}

Parameters& Parameters::array(std::uint32_t type, std::uint32_t of,
                              const std::vector<std::optional<std::string_view>>& elements) {
  std::string bytes;
  bool any_null = false;
  for (const auto& element : elements) {
    any_null = any_null || !element;
  }
  append_big_endian(bytes, elements.empty() ? 0 : 1, 4);  // dimensions
  append_big_endian(bytes, any_null ? 1 : 0, 4);
  append_big_endian(bytes, of, 4);
  if (!elements.empty()) {
    append_big_endian(bytes, elements.size(), 4);
    append_big_endian(bytes, 1, 4);  // the number of the first
  }
  for (const auto& element : elements) {
    append_big_endian(bytes, element ? element->size() : ~std::uint64_t{0}, 4);
    bytes.append(element.value_or(std::string_view()));
  }
  values_.push_back({type, false, std::move(bytes)});
  return *this;
}

Parameters& Parameters::numbers(const std::vector<std::int64_t>& values) {
  return numbers(std::vector<std::optional<std::int64_t>>(values.begin(), values.end()));
}

Parameters& Parameters::numbers(const std::vector<std::optional<std::int64_t>>& values) {
  std::vector<std::optional<std::string>> encoded;
  encoded.reserve(values.size());
  for (const auto& value : values) {
    encoded.push_back(value ? std::optional(encode_number(*value)) : std::nullopt);
  }
  return array(type_bigints, type_bigint, views_of(encoded));
}

Parameters& Parameters::texts(const std::vector<std::string>& values) {
  return array(type_texts, type_text, views_of(values));
}

Parameters& Parameters::texts(const std::vector<std::optional<std::string>>& values) {
  return array(type_texts, type_text, views_of(values));
}

Parameters& Parameters::byte_strings(const std::vector<std::string>& values) {
  return array(type_byteas, type_bytea, views_of(values));
}

Parameters& Parameters::byte_strings(const std::vector<std::optional<std::string>>& values) {
  return array(type_byteas, type_bytea, views_of(values));
}

}  // namespace duroxide::postgres
