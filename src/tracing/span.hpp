#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <duroxide/clock.hpp>

namespace duroxide::tracing {

/// As in the header: 32 lower-case hexadecimal digits, not all 0.
using TraceId = std::array<char, 32>;
/// Written as 16 such digits; 0 is none.
using SpanId = std::uint64_t;

/// What a span says in numbers, and in texts that are literals.
struct SpanNumbers {
  TraceId trace_id{};
  SpanId span_id = 0;
  SpanId parent_id = 0;  ///< 0 at the root
  Timestamp began_at{};
  Timestamp ended_at{};
  std::uint64_t execution_id = 0;
  std::uint64_t event_id = 0;  ///< 0 of an execution
  std::uint32_t attempt = 0;   ///< 0 of what is no delivery of an activity
  bool has_failed = false;
  std::string_view sort;     ///< a literal that the name begins with; empty of an execution
  std::string_view outcome;  ///< a literal; empty if there is nothing to say
};

/// A span. Its texts belong to somebody else.
struct Span {
  SpanNumbers numbers;
  std::string_view instance;
  std::string_view name;     ///< of the orchestration, the activity, what is waited for
  std::string_view version;  ///< of an execution
  std::string_view error;    ///< of what has failed
};

}  // namespace duroxide::tracing
