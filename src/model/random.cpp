#include "model/random.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace duroxide::model {

namespace {

/// Seeded with as much as the system gives for 256 bits: a single word would let two processes in a
/// few billion share all their numbers.
std::mt19937_64 seeded_generator() {
  std::random_device device;
  std::array<std::uint32_t, 8> words{};
  std::generate(words.begin(), words.end(), [&] { return static_cast<std::uint32_t>(device()); });
  std::seed_seq seed(words.begin(), words.end());
  return std::mt19937_64(seed);
}

}  // namespace

std::uint64_t random_number() {
  thread_local std::mt19937_64 generator = seeded_generator();
  return generator();
}

}  // namespace duroxide::model
