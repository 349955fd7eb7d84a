#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

// Numbers in the files of the log, which are written and read by machines of this byte order alone.

namespace duroxide::storage {

static_assert(std::endian::native == std::endian::little,
              "the log of a store is written on little-endian machines only");

inline void append_little_endian(std::string& bytes, std::uint64_t number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

/// `bytes` has room for eight at `offset`.
inline void put_little_endian(std::string& bytes, std::size_t offset, std::uint64_t number) {
  std::memcpy(bytes.data() + offset, &number, sizeof number);
}

/// `bytes` holds eight at `offset`.
[[nodiscard]] inline std::uint64_t little_endian_at(std::string_view bytes, std::size_t offset) {
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data() + offset, sizeof number);
  return number;
}

}  // namespace duroxide::storage
