#include "fuzz/mutator.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace duroxide::fuzz {

namespace {

using property::Random;

/// What counts and lengths go wrong at.
constexpr std::array<std::uint64_t, 16> telling_numbers{0,
                                                        1,
                                                        2,
                                                        3,
                                                        0x7f,
                                                        0x80,
                                                        0xff,
                                                        0x100,
                                                        0x7fff,
                                                        0xffff,
                                                        0x1000,
                                                        0x7fffffff,
                                                        0x80000000U,
                                                        0xffffffff,
                                                        0x7fffffffffffffff,
                                                        ~std::uint64_t{0}};

std::size_t place(Random& random, std::size_t size) {
  return random.below(static_cast<std::uint32_t>(size + 1));
}

std::string part_of(Random& random, const std::string& bytes, std::size_t most) {
  const std::size_t from = place(random, bytes.size());
  return bytes.substr(from, place(random, std::min(most, bytes.size() - from)));
}

void flip(Random& random, std::string& bytes) {
  if (!bytes.empty()) {
    char& each = bytes[random.below(static_cast<std::uint32_t>(bytes.size()))];
    each = random.chance(50) ? static_cast<char>(each ^ (1 << random.below(8)))
                             : static_cast<char>(random.below(256));
  }
}

void insert(Random& random, std::string& bytes) {
  std::string added;
  for (std::size_t left = 1 + random.below(8); left > 0; --left) {
    added.push_back(static_cast<char>(random.below(256)));
  }
  bytes.insert(place(random, bytes.size()), added);
}

void remove(Random& random, std::string& bytes) {
  const std::size_t from = place(random, bytes.size());
  const std::size_t most = random.chance(80) ? 8 : bytes.size();
  bytes.erase(from, place(random, std::min(most, bytes.size() - from)));
}

void repeat(Random& random, std::string& bytes) {
  const std::string part = part_of(random, bytes, 64);
  bytes.insert(place(random, bytes.size()), part);
}

void write_number(Random& random, std::string& bytes) {
  const std::uint64_t number = telling_numbers.at(random.below(telling_numbers.size()));
  const std::size_t width = std::size_t{1} << random.below(4);
  const bool turned = random.chance(30);
  std::string written;
  for (std::size_t i = 0; i < width; ++i) {
    const std::size_t shift = 8 * (turned ? width - 1 - i : i);
    written.push_back(static_cast<char>((number >> shift) & 0xffU));
  }
  const std::size_t at = place(random, bytes.size());
  bytes.replace(at, std::min(width, bytes.size() - at), written);
}

/// The beginning of the one and the end of the other.
void splice(Random& random, std::string& bytes, const std::string& other) {
  bytes.resize(place(random, bytes.size()));
  bytes += other.substr(place(random, other.size()));
}

void overwrite(Random& random, std::string& bytes, const std::string& other) {
  const std::string part = part_of(random, other, 128);
  const std::size_t at = place(random, bytes.size());
  bytes.replace(at, std::min(part.size(), bytes.size() - at), part);
}

}  // namespace

std::string mutate(Random& random, const std::vector<std::string>& corpus) {
  const auto any = [&]() -> const std::string& {
    return corpus[random.below(static_cast<std::uint32_t>(corpus.size()))];
  };
  std::string bytes = any();
  for (std::uint32_t left = 1 + random.below(random.chance(70) ? 3 : 12); left > 0; --left) {
    switch (random.below(8)) {
      case 0:
      case 1:
        flip(random, bytes);
        break;
      case 2:
        insert(random, bytes);
        break;
      case 3:
        remove(random, bytes);
        break;
      case 4:
        repeat(random, bytes);
        break;
      case 5:
        write_number(random, bytes);
        break;
      case 6:
        splice(random, bytes, any());
        break;
      default:
        overwrite(random, bytes, any());
        break;
    }
  }
  bytes.resize(std::min(bytes.size(), longest_input));
  return bytes;
}

}  // namespace duroxide::fuzz
