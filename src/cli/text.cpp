#include "cli/text.hpp"

#include <clocale>
#include <cwchar>

namespace duroxide::cli {

namespace {

/// What stands at the beginning of a text.
struct FirstCharacter {
  std::size_t bytes = 1;
  std::size_t columns = 1;
};

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// As the C library knows it, whatever the user's locale is: 2 for most of what is written in East Asia,
/// 0 for an accent that stands on the letter before it. 1 where it does not know.
std::size_t columns_of(wchar_t character) {
  static const locale_t unicode = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (unicode == nullptr) {
    return 1;
  }
  const locale_t before = ::uselocale(unicode);
  const int columns = ::wcwidth(character);
  ::uselocale(before);
  return columns < 0 ? 1 : static_cast<std::size_t>(columns);
}

/// Of a text that is not empty.
FirstCharacter first_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) {
    return {};
  }
  FirstCharacter first;
  unsigned value = lead & (lead < 0xE0 ? 0x1FU : lead < 0xF0 ? 0x0FU : 0x07U);
  while (first.bytes < text.size() && is_continuation(text[first.bytes])) {
    value = value << 6U | (static_cast<unsigned char>(text[first.bytes]) & 0x3FU);
    ++first.bytes;
  }
  first.columns = columns_of(static_cast<wchar_t>(value));
  return first;
}

}  // namespace

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const FirstCharacter first = first_of(text);
    width += first.columns;
    text.remove_prefix(first.bytes);
  }
  return width;
}

std::string cut(std::string_view text, std::size_t width) {
  if (width_of(text) <= width) {
    return std::string(text);
  }
  if (width == 0) {
    return {};
  }
  std::size_t end = 0;
  std::size_t columns = 1;  // of the sign that something is left out
  while (end < text.size()) {
    const FirstCharacter next = first_of(text.substr(end));
    if (columns + next.columns > width) {
      break;
    }
    columns += next.columns;
    end += next.bytes;
  }
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace duroxide::cli
