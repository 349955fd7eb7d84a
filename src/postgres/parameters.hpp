#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace duroxide::postgres {

/// The values of one call of a statement, in the order of its parameters and in the binary form of the
/// protocol. Setters chain: `Parameters().number(1).text("a")`.
class Parameters {
 public:
  /// A value as it is sent. The type is PostgreSQL's number of it.
  struct Value {
    std::uint32_t type = 0;
    bool is_null = false;
    std::string bytes = {};
  };

  /// A `bigint`. Numbers that are not signed keep their bits.
  template <std::integral Number>
  Parameters& number(Number value) {
    return add_number(static_cast<std::int64_t>(value));
  }
  Parameters& optional_number(const std::optional<std::int64_t>& value);
  Parameters& flag(bool value);
  /// A `text`, which must be UTF-8 without zeros.
  Parameters& text(std::string_view value);
  Parameters& optional_text(const std::optional<std::string>& value);
  /// A `text` for people, which may be anything: what cannot stand in one is a question mark.
  Parameters& optional_words(const std::optional<std::string>& value);
  /// A `bytea`.
  Parameters& bytes(std::string value);
  Parameters& optional_bytes(std::optional<std::string> value);

  // Arrays.

  Parameters& numbers(const std::vector<std::int64_t>& values);
  Parameters& numbers(const std::vector<std::optional<std::int64_t>>& values);
  Parameters& texts(const std::vector<std::string>& values);
  Parameters& texts(const std::vector<std::optional<std::string>>& values);
  Parameters& byte_strings(const std::vector<std::string>& values);
  Parameters& byte_strings(const std::vector<std::optional<std::string>>& values);

  [[nodiscard]] const std::vector<Value>& values() const { return values_; }

 private:
  Parameters& add_number(std::int64_t value);
  Parameters& null_of(std::uint32_t type);
  Parameters& array(std::uint32_t type, std::uint32_t of,
                    const std::vector<std::optional<std::string_view>>& elements);

  std::vector<Value> values_;
};

}  // namespace duroxide::postgres
