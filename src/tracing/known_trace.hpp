#pragma once

#include <string>
#include <string_view>

#include <duroxide/headers.hpp>

#include "model/trace_context.hpp"
#include "tracing/span_ids.hpp"

namespace duroxide::tracing {

/// What the headers of an instance say of its trace, which all that happens in the instance has in common.
struct KnownTrace {
  KnownTrace(const Headers& its_headers, std::string_view its_instance,
             const model::TraceContext& its_context)
      : headers(its_headers),
        instance(its_instance),
        context(its_context),
        ids(its_context.trace_id, its_instance) {}

  Headers headers;
  std::string instance;
  model::TraceContext context;  ///< of texts that the headers hold
  SpanIds ids;
};

/// Null if the trace is not sampled, or there is none. Each thread remembers some that it has asked for, at most
/// 256, so that the headers of an instance are read once and not for each of its spans. What it gives is there
/// until the thread asks again.
[[nodiscard]] const KnownTrace* sampled_trace(const Headers& headers, std::string_view instance);

}  // namespace duroxide::tracing
