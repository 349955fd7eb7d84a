#include "runtime/guid.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>

namespace duroxide::runtime {

namespace {

/// Seeded with as much as the system gives for 256 bits: a single word would let two processes in a
/// few billion share all their ids.
std::mt19937_64 seeded_generator() {
  std::random_device device;
  std::array<std::uint32_t, 8> words{};
  std::generate(words.begin(), words.end(), [&] { return static_cast<std::uint32_t>(device()); });
  std::seed_seq seed(words.begin(), words.end());
  return std::mt19937_64(seed);
}

}  // namespace

std::string new_guid() {
  thread_local std::mt19937_64 generator = seeded_generator();
  std::uint64_t high = generator();
  std::uint64_t low = generator();
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
