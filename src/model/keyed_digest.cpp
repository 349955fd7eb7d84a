#include "model/keyed_digest.hpp"

#include <bit>
#include <cstddef>

namespace duroxide::model {

namespace {

std::uint64_t little_endian_word(const char* bytes, std::size_t count = sizeof(std::uint64_t)) {
  std::uint64_t word = 0;
  for (std::size_t each = 0; each < count; ++each) {
    word |= std::uint64_t{static_cast<unsigned char>(bytes[each])} << (8 * each);
  }
  return word;
}

struct SipState {
  std::uint64_t a;
  std::uint64_t b;
  std::uint64_t c;
  std::uint64_t d;

  void round() {
    a += b;
    b = std::rotl(b, 13) ^ a;
    a = std::rotl(a, 32);
    c += d;
    d = std::rotl(d, 16) ^ c;
    a += d;
    d = std::rotl(d, 21) ^ a;
    c += b;
    b = std::rotl(b, 17) ^ c;
    c = std::rotl(c, 32);
  }

  void take(std::uint64_t word) {
    d ^= word;
    round();
    round();
    a ^= word;
  }
};

}  // namespace

std::uint64_t keyed_digest(const DigestKey& key, std::string_view bytes) {
  const std::uint64_t low = little_endian_word(key.data());
  const std::uint64_t high = little_endian_word(key.data() + 8);
  SipState state{0x736f6d6570736575U ^ low, 0x646f72616e646f6dU ^ high, 0x6c7967656e657261U ^ low,
                 0x7465646279746573U ^ high};
  const std::size_t rest = bytes.size() % 8;
  for (std::size_t place = 0; place + 8 <= bytes.size(); place += 8) {
    state.take(little_endian_word(bytes.data() + place));
  }
  const std::uint64_t length = std::uint64_t{bytes.size() & 0xFFU} << 56U;
  state.take(length | little_endian_word(bytes.data() + (bytes.size() - rest), rest));
  state.c ^= 0xFFU;
  for (int each = 0; each < 4; ++each) {
    state.round();
  }
  return state.a ^ state.b ^ state.c ^ state.d;
}

}  // namespace duroxide::model
