#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <duroxide/clock.hpp>

namespace duroxide::tracing {

/// A span as it is exported. Ids are lower-case hexadecimal digits.
struct Span {
  std::string trace_id;
  std::string span_id;
  std::string parent_id;  ///< empty at the root
  std::string name;
  Timestamp began_at{};
  Timestamp ended_at{};
  bool has_failed = false;
  std::string error;
  std::vector<std::pair<std::string_view, std::string>> attributes;  ///< names are literals
};

/// Where a span comes from: an execution, a step of one (`event_id`), a delivery of an activity (`attempt`).
struct SpanPlace {
  std::string_view instance;
  std::uint64_t execution_id = 0;
  std::uint64_t event_id = 0;
  std::uint32_t attempt = 0;
  std::uint64_t incarnation = 0;  ///< of an activity's call, which a rewind makes anew under its id
};

/// The same for the same place in the same trace, in any process.
[[nodiscard]] std::string span_id_of(std::string_view trace_id, const SpanPlace& place);

[[nodiscard]] std::string new_trace_id();

/// One request of OTLP/JSON, on one line without an end.
[[nodiscard]] std::string to_otlp(const std::vector<Span>& spans, const std::string& service_name);

}  // namespace duroxide::tracing
