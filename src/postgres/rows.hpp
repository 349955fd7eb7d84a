#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

extern "C" {
struct pg_result;
}

namespace duroxide::postgres {

/// What a call has answered: rows of columns, in the binary form of the protocol. Copies share it. What
/// is read as another type than its own is an empty value, never damage.
class Rows {
 public:
  class Row;

  Rows() = default;
  /// Takes over the result of the client library.
  explicit Rows(pg_result* result);

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] Row row(std::size_t place) const;
  /// The first row, of which there must be one.
  [[nodiscard]] Row first() const;

 private:
  std::shared_ptr<pg_result> result_;
};

/// One row. It refers to its `Rows`, which must live. Columns are counted from 0.
class Rows::Row {
 public:
  Row(const pg_result* result, std::size_t place) : result_(result), place_(place) {}

  [[nodiscard]] bool is_null(std::size_t column) const;
  /// An integer of any size; 0 if it is null.
  [[nodiscard]] std::int64_t number(std::size_t column) const;
  [[nodiscard]] std::uint64_t count(std::size_t column) const {
    return static_cast<std::uint64_t>(number(column));
  }
  [[nodiscard]] std::optional<std::int64_t> optional_number(std::size_t column) const;
  [[nodiscard]] bool flag(std::size_t column) const;
  /// The bytes of a text or a `bytea`; empty if it is null. They last as long as the rows.
  [[nodiscard]] std::string_view bytes(std::size_t column) const;
  [[nodiscard]] std::string text(std::size_t column) const { return std::string(bytes(column)); }
  [[nodiscard]] std::optional<std::string> optional_text(std::size_t column) const;

  // Arrays; null is an empty one.

  [[nodiscard]] std::vector<std::int64_t> numbers(std::size_t column) const;
  [[nodiscard]] std::vector<std::optional<std::string_view>> byte_strings(std::size_t column) const;
  [[nodiscard]] std::vector<std::string> texts(std::size_t column) const;
  [[nodiscard]] std::vector<bool> flags(std::size_t column) const;

 private:
  const pg_result* result_;
  std::size_t place_;
};

}  // namespace duroxide::postgres
