#include "postgres/rows.hpp"

#include <libpq-fe.h>

#include "model/invariant.hpp"
#include "postgres/wire_types.hpp"

namespace duroxide::postgres {

namespace {

constexpr std::size_t size_of_count = 4;

/// The elements of an array in its binary form.
std::vector<std::optional<std::string_view>> elements_of(std::string_view bytes) {
  std::vector<std::optional<std::string_view>> elements;
  const auto take = [&bytes](std::size_t size) {
    const std::string_view taken = bytes.substr(0, size);
    bytes.remove_prefix(taken.size());
    return taken;
  };
  if (big_endian(take(size_of_count)) != 1) {
    return elements;  // of no dimension: empty
  }
  (void)take(2 * size_of_count);  // whether there are nulls; the type of elements
  const auto size = big_endian(take(size_of_count));
  (void)take(size_of_count);  // the number of the first
  for (std::int64_t i = 0; i < size && !bytes.empty(); ++i) {
    const auto length = big_endian(take(size_of_count));
    if (length < 0) {
      elements.emplace_back(std::nullopt);
    } else {
      elements.emplace_back(take(static_cast<std::size_t>(length)));
    }
  }
  return elements;
}

}  // namespace

Rows::Rows(pg_result* result) : result_(result, PQclear) {}

std::size_t Rows::size() const {
  return result_ ? static_cast<std::size_t>(PQntuples(result_.get())) : 0;
}

Rows::Row Rows::row(std::size_t place) const {
  DUROXIDE_INVARIANT(place < size(), "a row that is read is among those that were answered");
  return {result_.get(), place};
}

Rows::Row Rows::first() const {
  return row(0);
}

bool Rows::Row::is_null(std::size_t column) const {
  return PQgetisnull(result_, static_cast<int>(place_), static_cast<int>(column)) != 0;
}

std::string_view Rows::Row::bytes(std::size_t column) const {
  const int row = static_cast<int>(place_);
  const int of = static_cast<int>(column);
  if (PQgetisnull(result_, row, of) != 0) {
    return {};
  }
  return {PQgetvalue(result_, row, of), static_cast<std::size_t>(PQgetlength(result_, row, of))};
}

std::int64_t Rows::Row::number(std::size_t column) const {
  return big_endian(bytes(column));
}

std::optional<std::int64_t> Rows::Row::optional_number(std::size_t column) const {
  return is_null(column) ? std::nullopt : std::optional(number(column));
}

bool Rows::Row::flag(std::size_t column) const {
  const std::string_view value = bytes(column);
  return !value.empty() && value.front() != '\0';
}

std::optional<std::string> Rows::Row::optional_text(std::size_t column) const {
  return is_null(column) ? std::nullopt : std::optional(text(column));
}

std::vector<std::int64_t> Rows::Row::numbers(std::size_t column) const {
  std::vector<std::int64_t> numbers;
  for (const auto& element : elements_of(bytes(column))) {
    numbers.push_back(element ? big_endian(*element) : 0);
  }
  return numbers;
}

std::vector<std::optional<std::string_view>> Rows::Row::byte_strings(std::size_t column) const {
  return elements_of(bytes(column));
}

std::vector<std::string> Rows::Row::texts(std::size_t column) const {
  std::vector<std::string> texts;
  for (const auto& element : elements_of(bytes(column))) {
    texts.emplace_back(element.value_or(std::string_view()));
  }
  return texts;
}

std::vector<bool> Rows::Row::flags(std::size_t column) const {
  std::vector<bool> flags;
  for (const auto& element : elements_of(bytes(column))) {
    flags.push_back(element && !element->empty() && element->front() != '\0');
  }
  return flags;
}

}  // namespace duroxide::postgres
