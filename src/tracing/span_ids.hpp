#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tracing/span.hpp"

namespace duroxide::tracing {

/// Where in its instance a span comes from: an execution, a step of one (`event_id`), a delivery of an activity
/// (`attempt`).
struct SpanPlace {
  std::uint64_t execution_id = 0;
  std::uint64_t event_id = 0;
  std::uint32_t attempt = 0;
  std::uint64_t incarnation = 0;  ///< of an activity's call, which a rewind makes anew under its id
};

/// The ids of the spans of an instance in a trace: the same for the same place, in any process. Allocates
/// nothing.
class SpanIds {
 public:
  SpanIds(std::string_view trace_id, std::string_view instance);

  [[nodiscard]] SpanId at(const SpanPlace& place) const;

 private:
  std::uint64_t digest_;  ///< of trace and instance
};

[[nodiscard]] TraceId new_trace_id();

/// Whether a trace is one of those that this part of all, from 0 to 1, is made of. It follows from the id
/// alone, and what is in a sample is in every larger one.
[[nodiscard]] bool is_in_sample(const TraceId& trace_id, double ratio);

[[nodiscard]] inline std::string_view text_of(const TraceId& id) {
  return {id.data(), id.size()};
}
[[nodiscard]] std::array<char, 16> digits_of(SpanId id);
/// Of 16 lower-case hexadecimal digits.
[[nodiscard]] SpanId span_id_of_digits(std::string_view digits);

}  // namespace duroxide::tracing
