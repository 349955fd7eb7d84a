#include "postgres/listing_cursor.hpp"

#include <optional>

#include "model/limits.hpp"
#include "postgres/refusals.hpp"
#include "postgres/wire_types.hpp"

namespace duroxide::postgres {

namespace {

/// What a cursor begins with: its version, which is none of another provider's, and the order that it
/// belongs to.
std::string order_mark(const InstanceFilter& filter) {
  const std::string order = filter.order == InstanceOrder::created   ? "c"
                            : filter.order == InstanceOrder::updated ? "u"
                                                                     : "i";
  return "p" + order + (filter.descending ? "d" : "a");
}

constexpr std::string_view digits = "0123456789abcdef";

std::string to_hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text += digits[value >> 4U];
    text += digits[value & 15U];
  }
  return text;
}

std::optional<std::string> from_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const auto high = digits.find(text[i]);
    const auto low = digits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) {
      return std::nullopt;
    }
    bytes.push_back(static_cast<char>(high * digits.size() + low));
  }
  return text.size() % 2 == 0 ? std::optional(bytes) : std::nullopt;
}

[[noreturn]] void refuse_cursor(const std::string& why) {
  refuse_input("the cursor " + why + "; begin again without one");
}

constexpr std::size_t number_bytes = 8;

}  // namespace

std::string encode_cursor(const InstanceFilter& filter, const Place& place) {
  if (filter.order == InstanceOrder::id) {
    return order_mark(filter) + to_hex(place.id);
  }
  std::string bytes;
  append_big_endian(bytes, static_cast<std::uint64_t>(place.key), number_bytes);
  append_big_endian(bytes, static_cast<std::uint64_t>(place.number), number_bytes);
  return order_mark(filter) + to_hex(bytes);
}

Place decode_cursor(const InstanceFilter& filter, std::string_view cursor) {
  const std::string mark = order_mark(filter);
  if (cursor.size() < mark.size() || cursor.front() != mark.front()) {
    refuse_cursor("is none of this store's");
  }
  if (!cursor.starts_with(mark)) {
    refuse_cursor("belongs to a listing in another order");
  }
  const auto bytes = from_hex(cursor.substr(mark.size()));
  Place place;
  if (bytes && filter.order == InstanceOrder::id && model::check_instance_id(*bytes)) {
    place.id = *bytes;
  } else if (bytes && filter.order != InstanceOrder::id && bytes->size() == 2 * number_bytes) {
    const std::string_view both = *bytes;
    place.key = big_endian(both.substr(0, number_bytes));
    place.number = big_endian(both.substr(number_bytes));
  } else {
    refuse_cursor("is none of this store's");
  }
  return place;
}

}  // namespace duroxide::postgres
