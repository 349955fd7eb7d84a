#pragma once

// How the database of a store is kept in this folder. Its pages are mostly zeros, and pages that were
// written anew resemble what they were, so it is a series of steps: how many bytes follow as they are,
// those bytes, how many are to be repeated then, and from how far back. A number is given by seven bits
// in each byte, the lowest first, and the eighth says whether more follow. Shared by the program that
// writes the stores and the tests.

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace duroxide::earlier_stores {

/// Takes a number from the front of `packed`. Throws if there is none.
inline std::size_t take_packed_number(std::string_view& packed) {
  std::size_t number = 0;
  for (unsigned int shift = 0; shift < 28; shift += 7) {
    if (packed.empty()) {
      break;
    }
    const auto byte = static_cast<unsigned char>(packed.front());
    packed.remove_prefix(1);
    number |= std::size_t{byte & 0x7fU} << shift;
    if (byte < 0x80) {
      return number;
    }
  }
  throw std::runtime_error("a packed store has a number that does not end");
}

/// The bytes of the database. Throws if `packed` is no such series.
inline std::string unpacked(std::string_view packed) {
  std::string bytes;
  while (!packed.empty()) {
    const std::size_t plain = take_packed_number(packed);
    bytes += packed.substr(0, plain);
    packed.remove_prefix(plain < packed.size() ? plain : packed.size());
    const std::size_t repeated = take_packed_number(packed);
    const std::size_t back = take_packed_number(packed);
    if (repeated > 0 && (back == 0 || back > bytes.size())) {
      throw std::runtime_error("a packed store repeats what it does not have");
    }
    bytes.reserve(bytes.size() + repeated);
    for (std::size_t byte = 0; byte < repeated; ++byte) {
      bytes.push_back(
          bytes[bytes.size() - back]);  // one of those that this very step has added, maybe
    }
  }
  return bytes;
}

}  // namespace duroxide::earlier_stores
