#include "cli/text.hpp"

namespace duroxide::cli {

namespace {

constexpr std::string_view hex = "0123456789abcdef";

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

void append_escaped(std::string& out, unsigned char byte) {
  switch (byte) {
    case '\n':
      out += "\\n";
      break;
    case '\t':
      out += "\\t";
      break;
    case '\r':
      out += "\\r";
      break;
    default:
      out += "\\x";
      out += hex[byte >> 4U];
      out += hex[byte & 15U];
  }
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if (byte < 0x20U || byte == 0x7FU) {
      append_escaped(out, byte);
    } else if (byte == 0xC2U && next < 0xA0U) {  // U+0080 to U+009F, control characters as well
      append_escaped(out, static_cast<unsigned char>(next));
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

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
