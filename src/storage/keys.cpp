#include "storage/keys.hpp"

#include <array>

namespace duroxide::storage {

namespace {
constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;
}  // namespace

void append_number(std::string& key, std::uint64_t number) {
  std::array<char, sizeof(number)> bytes;
  for (char& byte : bytes) {
    byte = static_cast<char>(number >> 56U);
    number <<= 8U;
  }
  key.append(bytes.data(), bytes.size());
}

std::uint64_t number_at(std::string_view key, std::size_t offset) {
  if (key.size() < offset + 8) {
    return 0;
  }
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    number = (number << 8) | static_cast<unsigned char>(key[offset + i]);
  }
  return number;
}

std::uint64_t stored_number(std::string_view value) {
  return value.size() == sizeof(std::uint64_t) ? number_at(value, 0) : 0;
}

std::optional<WorkKey> WorkKey::parse(std::string_view key) {
  if (key.size() != 24) {
    return std::nullopt;
  }
  return WorkKey{number_at(key, 0), number_at(key, 8), number_at(key, 16)};
}

std::optional<AwaitedRow> AwaitedRow::parse(std::string_view key) {
  if (key.size() != 32) {
    return std::nullopt;
  }
  return AwaitedRow{number_at(key, 0), number_at(key, 8), number_at(key, 16), number_at(key, 24)};
}

std::string TimerRow::bytes() const {
  return make_key(sortable(due), number, execution, id);
}

std::optional<TimerRow> TimerRow::parse(std::string_view key) {
  if (key.size() != 32) {
    return std::nullopt;
  }
  return TimerRow{from_sortable(number_at(key, 0)), number_at(key, 8), number_at(key, 16),
                  number_at(key, 24)};
}

std::string TimerRow::delayed_bytes() const {
  return make_key(number, sortable(due), execution, id);
}

std::optional<TimerRow> TimerRow::parse_delayed(std::string_view key) {
  if (key.size() != 32) {
    return std::nullopt;
  }
  return TimerRow{from_sortable(number_at(key, 8)), number_at(key, 0), number_at(key, 16),
                  number_at(key, 24)};
}

std::uint64_t sortable(Timestamp time) {
  return static_cast<std::uint64_t>(to_milliseconds(time)) ^ sign_bit;
}

Timestamp from_sortable(std::uint64_t number) {
  return from_milliseconds(static_cast<std::int64_t>(number ^ sign_bit));
}

std::string name_prefix(std::string_view orchestration) {
  std::string prefix(orchestration);
  prefix.push_back('\0');
  return prefix;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 15]);
  }
  return text;
}

}  // namespace duroxide::storage
