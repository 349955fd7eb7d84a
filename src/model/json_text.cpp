#include "model/json_text.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>

namespace duroxide::model {

namespace {

constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::uint32_t byte_at(std::string_view bytes, std::size_t i) {
  return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U;
}

/// The number in `text`, which must be digits alone.
std::optional<unsigned> number_in(std::string_view text) {
  unsigned number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  return number;
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::uint32_t group =
        byte_at(bytes, i) << 16U | byte_at(bytes, i + 1) << 8U | byte_at(bytes, i + 2);
    text.push_back(digits[group >> 18U & 63U]);
    text.push_back(digits[group >> 12U & 63U]);
    text.push_back(i + 1 < bytes.size() ? digits[group >> 6U & 63U] : '=');
    text.push_back(i + 2 < bytes.size() ? digits[group & 63U] : '=');
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') {
    ++padding;
  }
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    std::uint32_t group = 0;
    for (std::size_t k = i; k < i + 4; ++k) {
      const bool is_padding = k >= text.size() - padding;
      const auto value = is_padding ? 0 : digits.find(text[k]);
      if (value == std::string_view::npos) {
        return std::nullopt;
      }
      group = group << 6U | static_cast<std::uint32_t>(value);
    }
    for (const unsigned shift : {16U, 8U, 0U}) {
      bytes.push_back(static_cast<char>(group >> shift & 255U));
    }
  }
  for (; padding > 0; --padding) {
    bytes.pop_back();
  }
  return to_base64(bytes) == text ? std::optional(std::move(bytes)) : std::nullopt;
}

std::optional<std::string> to_iso(Timestamp time) {
  using namespace std::chrono;
  if (time < Timestamp{sys_days{year{1970} / 1 / 1}} ||
      time >= Timestamp{sys_days{year{10000} / 1 / 1}}) {
    return std::nullopt;
  }
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return std::string(text.data());
}

std::optional<Timestamp> from_iso(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd.dddZ";
  if (text.size() != form.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] != 'd' && text[i] != form[i]) {
      return std::nullopt;
    }
  }
  const auto year_number = number_in(text.substr(0, 4));
  const auto month_number = number_in(text.substr(5, 2));
  const auto day_number = number_in(text.substr(8, 2));
  const auto hour = number_in(text.substr(11, 2));
  const auto minute = number_in(text.substr(14, 2));
  const auto second = number_in(text.substr(17, 2));
  const auto thousandth = number_in(text.substr(20, 3));
  if (!year_number || !month_number || !day_number || !hour || !minute || !second || !thousandth) {
    return std::nullopt;
  }
  const year_month_day date{year{static_cast<int>(*year_number)}, month{*month_number},
                            day{*day_number}};
  if (!date.ok() || *year_number < 1970 || *hour > 23 || *minute > 59 || *second > 59) {
    return std::nullopt;
  }
  return Timestamp{sys_days{date}} + hours{*hour} + minutes{*minute} + seconds{*second} +
         milliseconds{*thousandth};
}

}  // namespace duroxide::model
