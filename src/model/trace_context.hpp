#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <duroxide/headers.hpp>

namespace duroxide::model {

/// The header of W3C's Trace Context, `00-<trace id>-<span id>-<flags>`.
inline constexpr std::string_view traceparent_header = "traceparent";

/// What such a header says. The texts are lower-case hexadecimal digits, and refer to the header.
struct TraceContext {
  std::string_view trace_id;  ///< 32 digits, not all 0
  std::string_view span_id;   ///< 16 digits, not all 0: what asks
  bool sampled = false;
};

/// None if the text is no such header. One of a later version than 00 is read as far as 00 goes, as the
/// recommendation says.
[[nodiscard]] std::optional<TraceContext> parse_traceparent(std::string_view text);

/// None if there is no such header among them, or it is none.
[[nodiscard]] std::optional<TraceContext> trace_context_of(const Headers& headers);

/// Whether it may be that they say so of a trace that it is sampled. Looks at one digit, which most that are
/// not sampled show it by.
[[nodiscard]] bool may_be_sampled(const Headers& headers);

/// As `trace_context_of`, if it says that the trace is sampled, else none, which costs little.
[[nodiscard]] std::optional<TraceContext> sampled_trace_context(const Headers& headers);

/// For a line of log; empty if there is none.
[[nodiscard]] std::string trace_id_of(const Headers& headers);

[[nodiscard]] std::string make_traceparent(std::string_view trace_id, std::string_view span_id,
                                           bool sampled);

}  // namespace duroxide::model
