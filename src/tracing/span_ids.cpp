#include "tracing/span_ids.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>

#include "model/archive.hpp"
#include "model/limits.hpp"
#include "model/random.hpp"

namespace duroxide::tracing {

namespace {

/// Of each byte its two digits.
constexpr auto digits_of_bytes = [] {
  constexpr std::string_view hexadecimal = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> digits{};
  for (std::size_t byte = 0; byte < digits.size(); ++byte) {
    digits[byte] = {hexadecimal[byte / 16], hexadecimal[byte % 16]};
  }
  return digits;
}();

/// What an id is the digest of: texts, and numbers with a zero byte before each.
class Bytes {
 public:
  void add_text(std::string_view text) {
    text = text.substr(0, text_room - size_);
    std::copy(text.begin(), text.end(), bytes_.begin() + size_);
    size_ += text.size();
  }
  void add_number(std::uint64_t number) {
    bytes_[size_++] = '\0';
    char* const end = bytes_.data() + bytes_.size();
    size_ = static_cast<std::size_t>(std::to_chars(bytes_.data() + size_, end, number).ptr -
                                     bytes_.data());
  }
  [[nodiscard]] std::string_view all() const { return {bytes_.data(), size_}; }

 private:
  static constexpr std::size_t text_room =
      std::tuple_size_v<TraceId> + 1 + model::max_instance_id_bytes;
  static constexpr std::size_t number_room = 4 * (1 + 20);

  std::array<char, text_room + number_room> bytes_;
  std::size_t size_ = 0;
};

void write_digits(char* target, std::uint64_t number) {
  for (unsigned bits = 64; bits > 0; bits -= 8) {
    const auto& digits = digits_of_bytes[(number >> (bits - 8)) & 0xFFU];
    target = std::copy(digits.begin(), digits.end(), target);
  }
}

}  // namespace

SpanId span_id_of(std::string_view trace_id, const SpanPlace& place) {
  Bytes bytes;
  bytes.add_text(trace_id);
  bytes.add_text({"\0", 1});
  bytes.add_text(place.instance);
  bytes.add_number(place.execution_id);
  bytes.add_number(place.event_id);
  bytes.add_number(place.attempt);
  bytes.add_number(place.incarnation);
  return std::max<SpanId>(model::checksum(bytes.all()), 1);  // all zeros is no id
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
