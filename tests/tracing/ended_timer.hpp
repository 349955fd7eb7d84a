#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <duroxide/tracing.hpp>

namespace duroxide::tracing_test {

inline const std::string foreign_trace = "0af7651916cd43dd8448eb211c80319c";
inline const std::string foreign_span = "b7ad6b7169203331";

/// As of an instance whose timer has fired, or failed.
inline void end_timer(Tracing& tracing, std::uint64_t event_id, const std::string& error = "") {
  const Headers headers =
      Headers().set("traceparent", "00-" + foreign_trace + "-" + foreign_span + "-01");
  const std::optional<ParentLink> parent;
  const InterceptedExecution execution{"i", 1, "O", "1.0.0", headers, parent, Timestamp()};
  EndedStep step;
  step.kind = StepKind::timer;
  step.event_id = event_id;
  step.outcome = error.empty() ? EndedStep::Outcome::succeeded : EndedStep::Outcome::failed;
  step.error = error;
  tracing.after_step(execution, step);
}

}  // namespace duroxide::tracing_test
