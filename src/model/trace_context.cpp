#include "model/trace_context.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace duroxide::model {

namespace {

// Where the parts stand: `00-<32>-<16>-<2>`.
constexpr std::size_t trace_id_at = 3;
constexpr std::size_t span_id_at = 36;
constexpr std::size_t flags_at = 53;
constexpr std::size_t whole_length = 55;
constexpr std::size_t trace_id_length = 32;
constexpr std::size_t span_id_length = 16;

bool is_hexadecimal(char each) {
  return (each >= '0' && each <= '9') || (each >= 'a' && each <= 'f');
}

/// Of two.
bool is_hexadecimal(std::string_view text) {
  return is_hexadecimal(text[0]) && is_hexadecimal(text[1]);
}

/// Eight digits at a time, as this is asked for each span. `length` is a multiple of eight.
template <std::size_t length>
bool is_id(std::string_view text) {
  constexpr std::uint64_t each = 0x0101010101010101U;
  constexpr std::uint64_t top = 0x80 * each;
  std::uint64_t wrong = 0;
  std::uint64_t digits = 0;
  for (std::size_t at = 0; at < length; at += sizeof(std::uint64_t)) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + at, sizeof(bytes));
    // The top bits are cleared, so the sums stay below 256 and nothing is carried into the next byte. Then the
    // top bit says of each byte whether it is at least so much.
    const std::uint64_t low = bytes & ~top;
    const auto at_least = [low](char least) {
      return low + (0x80U - static_cast<unsigned char>(least)) * each;
    };
    const std::uint64_t is_digit = at_least('0') & ~at_least('9' + 1);
    const std::uint64_t is_letter = at_least('a') & ~at_least('f' + 1);
    wrong |= bytes | ~(is_digit | is_letter);
    digits |= bytes ^ ('0' * each);
  }
  return (wrong & top) == 0 && digits != 0;
}

unsigned digit(char each) {
  return static_cast<unsigned>(each <= '9' ? each - '0' : each - 'a' + 10);
}

bool has_flag(std::string_view text) {
  return text.size() >= whole_length && (digit(text[flags_at + 1]) & 1U) != 0;
}

}  // namespace

std::optional<TraceContext> parse_traceparent(std::string_view text) {
  if (text.size() < whole_length || text[2] != '-' || text[span_id_at - 1] != '-' ||
      text[flags_at - 1] != '-') {
    return std::nullopt;
  }
  const std::string_view version = text.substr(0, 2);
  const std::string_view flags = text.substr(flags_at, 2);
  const bool has_right_length =
      text.size() == whole_length || (version != "00" && text[whole_length] == '-');
  TraceContext context{text.substr(trace_id_at, trace_id_length),
                       text.substr(span_id_at, span_id_length), false};
  if (!has_right_length || !is_hexadecimal(version) || version == "ff" || !is_hexadecimal(flags) ||
      !is_id<trace_id_length>(context.trace_id) || !is_id<span_id_length>(context.span_id)) {
    return std::nullopt;
  }
  context.sampled = (digit(flags[1]) & 1U) != 0;
  return context;
}

std::optional<TraceContext> trace_context_of(const Headers& headers) {
  const std::string* const found = headers.find(traceparent_header);
  return found == nullptr ? std::nullopt : parse_traceparent(*found);
}

bool may_be_sampled(const Headers& headers) {
  const std::string* const found = headers.find(traceparent_header);
  return found != nullptr && has_flag(*found);
}

std::optional<TraceContext> sampled_trace_context(const Headers& headers) {
  const std::string* const found = headers.find(traceparent_header);
  if (found == nullptr || !has_flag(*found)) {
    return std::nullopt;
  }
  auto context = parse_traceparent(*found);
  return context && context->sampled ? context : std::nullopt;
}

std::string trace_id_of(const Headers& headers) {
  const auto context = trace_context_of(headers);
  return context ? std::string(context->trace_id) : std::string();
}

std::string make_traceparent(std::string_view trace_id, std::string_view span_id, bool sampled) {
  std::string text;
  text.reserve(whole_length);
  text.append("00-").append(trace_id).append("-").append(span_id).append(sampled ? "-01" : "-00");
  return text;
}

}  // namespace duroxide::model
