#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

namespace duroxide::load {

/// A number as people read it: 41,200.
inline std::string with_commas(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t place = text.size(); place > 3;) {
    place -= 3;
    text.insert(place, ",");
  }
  return text;
}

/// `+0.3 %`.
inline std::string signed_percent(double percent) {
  char text[32];
  std::snprintf(text, sizeof(text), "%+.1f %%", percent);
  return text;
}

}  // namespace duroxide::load
