#include "model/payload_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <system_error>

namespace duroxide::DUROXIDE_ABI::detail {

namespace {

/// The JSON reader recurses once for each level.
constexpr std::size_t max_nesting = 512;

auto flaw_at(std::size_t offset, std::string_view what) {
  return model::flaw(std::string(what) + " at byte " + std::to_string(offset));
}

/// What begins at `text` and may be a number.
std::string_view number_at_front(std::string_view text) {
  return text.substr(0, text.find_first_not_of("0123456789+-.eE"));
}

/// The exponent behind the `e` of a number; 0 if it has none. Nothing if it is beyond all bounds.
std::optional<std::int64_t> exponent_of(std::string_view number) {
  const auto e = number.find_first_of("eE");
  if (e == std::string_view::npos) {
    return 0;
  }
  auto text = number.substr(e + 1);
  text.remove_prefix(text.starts_with('+') ? 1 : 0);
  std::int32_t exponent = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), exponent);
  return read.ec == std::errc::result_out_of_range ? std::nullopt : std::optional(exponent);
}

/// Whether a `double` is neither too small nor too large for a number, by the place of its first digit
/// that counts. For others the JSON reader would look beyond the ends of its tables, and for a zero of
/// very many digits, count the bits of nothing.
bool fits_double(std::string_view number) {
  constexpr std::int64_t highest = 308;
  constexpr std::int64_t lowest = -324;
  constexpr std::int64_t widest_zero = 22;
  const auto exponent = exponent_of(number);
  if (!exponent) {
    return false;
  }
  const auto digits = number.substr(0, number.find_first_of("eE"));
  const auto size = static_cast<std::int64_t>(digits.size());
  const auto point = static_cast<std::int64_t>(std::min(digits.find('.'), digits.size()));
  const auto place = digits.find_first_of("123456789");
  if (place == std::string_view::npos) {
    const std::int64_t last = *exponent - std::max(size - point - 1, std::int64_t{0});
    return -widest_zero <= last && last <= widest_zero;
  }
  const auto first = static_cast<std::int64_t>(place);
  const std::int64_t power = *exponent + point - first - (first < point ? 1 : 0);
  return lowest <= power && power <= highest;
}

constexpr std::string_view wrapping = "{\"v\":";

}  // namespace

std::string wrap_json(std::string_view payload) {
  std::string document(wrapping);
  document.append(payload).append("}");
  return document;
}

std::string unwrap_json(std::string_view document) {
  std::string compact;
  compact.reserve(document.size());
  bool in_string = false;
  bool escaped = false;
  for (const char c : document) {
    const bool is_space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (in_string || !is_space) {
      compact.push_back(c);
    }
    if (c == '"' && !escaped) {
      in_string = !in_string;
    }
    escaped = in_string && c == '\\' && !escaped;
  }
  return compact.substr(wrapping.size(), compact.size() - wrapping.size() - 1);
}

model::Checked check_json(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return model::flaw("it is empty");
  }
  std::size_t nesting = 0;
  bool in_string = false;
  bool escaped = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (escaped) {
        escaped = false;
      } else if (c == '\\') {
        escaped = true;
      } else if (c == '"') {
        in_string = false;
      }
      continue;
    }
    switch (c) {
      case '"':
        in_string = true;
        break;
      case '{':
      case '[':
        if (++nesting > max_nesting) {
          return flaw_at(i, "it is nested more than 512 deep");
        }
        break;
      case '}':
      case ']':
        if (nesting == 0) {
          return flaw_at(i, "a bracket closes that was not opened");
        }
        --nesting;
        break;
      case ',':
        // Would otherwise be read as a second member of the object the value is wrapped in.
        if (nesting == 0) {
          return flaw_at(i, "a comma stands outside of a list or an object");
        }
        break;
      default:
        if (c == '-' || (c >= '0' && c <= '9')) {
          const auto number = number_at_front(text.substr(i));
          if (!fits_double(number)) {
            return flaw_at(i, "it holds a number that is too large, too small or too long");
          }
          i += number.size() - 1;
        }
        break;
    }
  }
  if (in_string || nesting != 0) {
    return flaw_at(text.size(), "it ends too early");
  }
  return {};
}

}  // namespace duroxide::DUROXIDE_ABI::detail
