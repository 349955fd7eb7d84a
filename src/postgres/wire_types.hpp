#pragma once

// PostgreSQL's numbers of the types that are sent and read, and its order of bytes, which is big-endian.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace duroxide::postgres {

inline constexpr std::uint32_t type_boolean = 16;
inline constexpr std::uint32_t type_bytea = 17;
inline constexpr std::uint32_t type_bigint = 20;
inline constexpr std::uint32_t type_text = 25;
inline constexpr std::uint32_t type_byteas = 1001;
inline constexpr std::uint32_t type_texts = 1009;
inline constexpr std::uint32_t type_bigints = 1016;

/// Appends the lowest `size` bytes of a number.
inline void append_big_endian(std::string& bytes, std::uint64_t number, std::size_t size) {
  for (std::size_t i = size; i > 0; --i) {
    bytes.push_back(static_cast<char>((number >> (8 * (i - 1))) & 0xffU));
  }
}

/// The number that all of `bytes` are, with the sign of its first bit.
[[nodiscard]] inline std::int64_t big_endian(std::string_view bytes) {
  std::uint64_t number = !bytes.empty() && (static_cast<unsigned char>(bytes.front()) & 0x80U) != 0
                             ? ~std::uint64_t{0}
                             : 0;
  for (const char byte : bytes) {
    number = (number << 8) | static_cast<unsigned char>(byte);
  }
  return static_cast<std::int64_t>(number);
}

}  // namespace duroxide::postgres
