#include "model/version.hpp"

#include <charconv>
#include <cstddef>

namespace duroxide::model {

std::optional<Version> parse_version(std::string_view text) {
  Version version{};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (std::size_t part = 0; part < version.size(); ++part) {
    if (part > 0) {
      if (at == end || *at != '.') {
        return std::nullopt;
      }
      ++at;
    }
    const auto [next, error] = std::from_chars(at, end, version[part]);
    const bool leading_zero = next - at > 1 && *at == '0';
    if (error != std::errc() || leading_zero) {
      return std::nullopt;
    }
    at = next;
  }
  return at == end ? std::optional(version) : std::nullopt;
}

}  // namespace duroxide::model
