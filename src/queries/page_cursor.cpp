#include "queries/page_cursor.hpp"

#include <optional>

#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

/// What a cursor begins with: its version, and the order that it belongs to.
std::string order_mark(const InstanceFilter& filter) {
  std::string mark = "1";
  switch (filter.order) {
    case InstanceOrder::created:
      mark += 'c';
      break;
    case InstanceOrder::updated:
      mark += 'u';
      break;
    case InstanceOrder::id:
      mark += 'i';
      break;
  }
  mark += filter.descending ? 'd' : 'a';
  return mark;
}

std::optional<unsigned> digit_value(char digit) {
  if (digit >= '0' && digit <= '9') {
    return static_cast<unsigned>(digit - '0');
  }
  if (digit >= 'a' && digit <= 'f') {
    return static_cast<unsigned>(digit - 'a') + 10;
  }
  return std::nullopt;
}

std::optional<std::string> from_hex(std::string_view text) {
  std::string bytes;
  if (text.size() % 2 != 0) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = digit_value(text[i]);
    const auto low = digit_value(text[i + 1]);
    if (!high || !low) {
      return std::nullopt;
    }
    bytes.push_back(static_cast<char>(*high * 16 + *low));
  }
  return bytes;
}

[[noreturn]] void refuse_cursor(const std::string& why) {
  throw StorageFailure(ProviderError::Kind::invalid_input,
                       "the cursor " + why + "; begin again without one");
}

}  // namespace

std::string encode_cursor(const InstanceFilter& filter, const Place& place) {
  const std::string mark = order_mark(filter);
  switch (filter.order) {
    case InstanceOrder::created:
      return mark + hex(make_key(place.number));
    case InstanceOrder::updated:
      return mark + hex(make_key(sortable(place.updated_at), place.number));
    case InstanceOrder::id:
      break;
  }
  return mark + hex(place.id);
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
  if (bytes && filter.order == InstanceOrder::created && bytes->size() == 8) {
    place.number = number_at(*bytes, 0);
  } else if (bytes && filter.order == InstanceOrder::updated && bytes->size() == 16) {
    place.updated_at = from_sortable(number_at(*bytes, 0));
    place.number = number_at(*bytes, 8);
  } else if (bytes && filter.order == InstanceOrder::id && !bytes->empty() &&
             bytes->size() <= 255) {
    place.id = *bytes;
  } else {
    refuse_cursor("is none of this store's");
  }
  return place;
}

}  // namespace duroxide::storage
