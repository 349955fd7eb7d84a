#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace duroxide::model {

/// A value of a JSON text: where it stands, and what it is.
struct JsonPlace {
  enum class Kind { object, array, text, whole_number, number, boolean, null };

  std::string path;  ///< `items[2].price`; empty for the whole
  std::string key;   ///< the member of an object that it is; else empty
  bool is_member = false;
  std::size_t offset = 0;  ///< of its first byte
  Kind kind = Kind::null;
  std::string_view text;          ///< of a number
  std::vector<std::string> keys;  ///< of an object's members
};

/// A text that is no JSON: where that shows, and how.
struct JsonFault {
  std::size_t offset = 0;
  std::string what;
};

/// The values of a JSON text in order, each before what it holds; or the fault that it has. Recurses
/// for each level, so the depth must have been checked.
struct JsonPlaces {
  std::vector<JsonPlace> places;
  std::optional<JsonFault> fault;
};
[[nodiscard]] JsonPlaces find_places(std::string_view json);

}  // namespace duroxide::model
