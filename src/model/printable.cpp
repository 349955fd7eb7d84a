#include "model/printable.hpp"

#include <cstddef>
#include <cstdint>

namespace duroxide::model {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

/// One character of a text. Bytes that are no UTF-8 stand alone, and have no code point.
struct Character {
  std::size_t bytes = 1;
  std::uint32_t code = 0;
  bool is_valid = false;
};

unsigned char byte_in(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

Character character_at(std::string_view text, std::size_t at) {
  const std::uint32_t first = byte_in(text, at);
  if (first < 0x80U) {
    return {1, first, true};
  }
  const std::size_t bytes = first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : 2;
  if (first < 0xC2U || first > 0xF4U || at + bytes > text.size()) {
    return {};
  }
  std::uint32_t code = first & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    const std::uint32_t next = byte_in(text, at + i);
    if ((next & 0xC0U) != 0x80U) {
      return {};
    }
    code = (code << 6U) | (next & 0x3FU);
  }
  const bool is_overlong = (bytes == 3 && code < 0x800U) || (bytes == 4 && code < 0x10000U);
  const bool is_surrogate = code >= 0xD800U && code <= 0xDFFFU;
  if (is_overlong || is_surrogate || code > 0x10FFFFU) {
    return {};
  }
  return {bytes, code, true};
}

/// Beyond ASCII: what steers a terminal, ends a line, or changes the direction of text.
bool is_unsafe_beyond_ascii(std::uint32_t code) {
  return (code >= 0x80U && code <= 0x9FU) || code == 0x61CU || code == 0x200EU || code == 0x200FU ||
         (code >= 0x2028U && code <= 0x202EU) || (code >= 0x2066U && code <= 0x2069U);
}

void append_hex(std::string& out, std::uint32_t value, unsigned digits) {
  for (unsigned left = digits; left > 0; --left) {
    out += hex_digits[(value >> (4U * (left - 1U))) & 15U];
  }
}

void append_unicode(std::string& out, std::uint32_t code) {
  out += "\\u";
  append_hex(out, code, 4);
}

void append_byte(std::string& out, unsigned char byte) {
  out += "\\x";
  append_hex(out, byte, 2);
}

void append_control(std::string& out, unsigned char byte) {
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
      append_byte(out, byte);
  }
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Character each = character_at(text, at);
    if (!each.is_valid) {
      append_byte(out, byte_in(text, at));
    } else if (each.code < 0x20U || each.code == 0x7FU) {
      append_control(out, byte_in(text, at));
    } else if (is_unsafe_beyond_ascii(each.code)) {
      append_unicode(out, each.code);
    } else {
      out += text.substr(at, each.bytes);
    }
    at += each.bytes;
  }
  return out;
}

std::string printable_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (std::size_t at = 0; at < json.size();) {
    const Character each = character_at(json, at);
    if (each.is_valid && (each.code == 0x7FU || is_unsafe_beyond_ascii(each.code))) {
      append_unicode(out, each.code);
    } else {
      out += json.substr(at, each.bytes);
    }
    at += each.bytes;
  }
  return out;
}

}  // namespace duroxide::model
