#include "runtime/guid.hpp"

#include <cstdint>
#include <string_view>

#include "model/random.hpp"

namespace duroxide::runtime {

std::string new_guid() {
  std::uint64_t high = model::random_number();
  std::uint64_t low = model::random_number();
  high = (high & ~std::uint64_t{0xF000}) | std::uint64_t{0x4000};        // version 4
  low = (low & ~(std::uint64_t{3} << 62U)) | (std::uint64_t{2} << 62U);  // RFC 4122
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (unsigned nibble = 0; nibble < 32; ++nibble) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) {
      text.push_back('-');
    }
    const std::uint64_t half = nibble < 16 ? high : low;
    text.push_back(digits[(half >> (60U - 4U * (nibble % 16U))) & 0xFU]);
  }
  return text;
}

}  // namespace duroxide::runtime
