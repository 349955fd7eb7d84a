#include "tracing/span_ids.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstring>

#include "model/archive.hpp"
#include "model/random.hpp"

namespace duroxide::tracing {

namespace {

static_assert(std::endian::native == std::endian::little, "ids are the same on every machine");

/// Eight hexadecimal digits, the highest first, as bytes in memory. All at once, as ids are written for each span.
std::uint64_t digits_of_half(std::uint64_t half) {
  constexpr std::uint64_t each = 0x0101010101010101U;
  // Each of the eight parts of four bits goes to a byte of its own.
  half = (half | half << 16U) & 0x0000FFFF0000FFFFU;
  half = (half | half << 8U) & 0x00FF00FF00FF00FFU;
  half = (half | half << 4U) & 0x0F0F0F0F0F0F0F0FU;
  const std::uint64_t is_letter = (half + 6 * each) >> 4U & each;
  // The lowest would be the first in memory.
  return __builtin_bswap64(half + '0' * each + is_letter * ('a' - '0' - 10));
}

void write_digits(char* target, std::uint64_t number) {
  const std::array<std::uint64_t, 2> digits{digits_of_half(number >> 32U),
                                            digits_of_half(number & 0xFFFFFFFFU)};
  std::memcpy(target, digits.data(), sizeof(digits));
}

}  // namespace

SpanIds::SpanIds(std::string_view trace_id, std::string_view instance)
    : digest_(model::checksum(instance, model::checksum(trace_id))) {}

SpanId SpanIds::at(const SpanPlace& place) const {
  const std::array<std::uint64_t, 4> numbers{place.execution_id, place.event_id, place.attempt,
                                             place.incarnation};
  std::array<char, sizeof(numbers)> bytes;
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  const std::uint64_t digest = model::checksum({bytes.data(), bytes.size()}, digest_);
  return std::max<SpanId>(digest, 1);  // all zeros is no id
}

TraceId new_trace_id() {
  TraceId id;
  write_digits(id.data(), std::max<std::uint64_t>(model::random_number(), 1));
  write_digits(id.data() + id.size() / 2, model::random_number());
  return id;
}

bool is_in_sample(const TraceId& trace_id, double ratio) {
  if (ratio >= 1) {
    return true;
  }
  constexpr int bits = 64;
  const auto below = static_cast<std::uint64_t>(std::ldexp(ratio, bits));
  return span_id_of_digits(text_of(trace_id).substr(trace_id.size() / 2)) < below;
}

std::array<char, 16> digits_of(SpanId id) {
  std::array<char, 16> digits;
  write_digits(digits.data(), id);
  return digits;
}

SpanId span_id_of_digits(std::string_view digits) {
  SpanId id = 0;
  (void)std::from_chars(digits.data(), digits.data() + digits.size(), id, 16);
  return id;
}

}  // namespace duroxide::tracing
