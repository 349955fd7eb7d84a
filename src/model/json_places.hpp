#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace duroxide::model {

/// A value of a JSON text: where it stands, and what it is.
struct JsonPlace {
  enum class Kind { object, array, text, whole_number, number, boolean, null };

  std::size_t offset = 0;  ///< of its first byte
  Kind kind = Kind::null;
  std::string_view text;  ///< of a number
};

/// A text that is no JSON: where that shows, and how.
struct JsonFault {
  std::size_t offset = 0;
  std::string what;
};

/// What was found in a JSON text, up to the fault that it has.
struct FoundPlace {
  std::optional<JsonPlace> place;
  std::optional<JsonFault> fault;
};

/// Looks for the value at `path`: `items[2].price`, or nothing for the whole. Recurses for each level, so
/// the depth must have been checked.
[[nodiscard]] FoundPlace find_place(std::string_view json, std::string_view path);

}  // namespace duroxide::model
