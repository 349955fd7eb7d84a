#include "cli/text.hpp"

namespace duroxide::cli {

namespace {

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

}  // namespace

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (const char byte : text) {
    width += is_continuation(byte) ? 0 : 1;
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
  for (std::size_t columns = 0; end < text.size(); ++end) {
    if (!is_continuation(text[end]) && ++columns == width) {
      break;
    }
  }
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace duroxide::cli
