#include "model/trace_context.hpp"

#include <array>
#include <cstddef>

namespace duroxide::model {

namespace {

// Where the parts stand: `00-<32>-<16>-<2>`.
constexpr std::size_t trace_id_at = 3;
constexpr std::size_t span_id_at = 36;
constexpr std::size_t flags_at = 53;
constexpr std::size_t whole_length = 55;

constexpr auto hexadecimal_digits = [] {
  std::array<bool, 256> are{};
  for (const char each : std::string_view("0123456789abcdef")) {
    are[static_cast<unsigned char>(each)] = true;
  }
  return are;
}();

/// To the end in any case: almost every text is one, and this is asked for each span.
bool is_hexadecimal(std::string_view text) {
  bool is = true;
  for (const char each : text) {
    is &= hexadecimal_digits[static_cast<unsigned char>(each)];
  }
  return is;
}

bool is_id(std::string_view text) {
  return is_hexadecimal(text) && text.find_first_not_of('0') != std::string_view::npos;
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
  TraceContext context{text.substr(trace_id_at, 32), text.substr(span_id_at, 16), false};
  if (!has_right_length || !is_hexadecimal(version) || version == "ff" || !is_hexadecimal(flags) ||
      !is_id(context.trace_id) || !is_id(context.span_id)) {
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
