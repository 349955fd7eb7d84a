#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <duroxide/version.hpp>

#include "model/json.hpp"
#include "tracing/span.hpp"

namespace duroxide::tracing {

namespace {

using model::Json;

// Numbers of OTLP's.
constexpr std::string_view internal_span = "1";
constexpr std::string_view status_ok = "1";
constexpr std::string_view status_error = "2";

/// Whether it can stand between quotes as it is.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char each) {
    return each >= ' ' && each <= '~' && each != '"' && each != '\\';
  });
}

/// Written by hand, as a document of JSON in memory takes a dozen allocations for each attribute of a span.
void append_text(std::string& line, std::string_view text) {
  if (is_plain(text)) {
    line.append("\"").append(text).append("\"");
  } else {
    // What is no UTF-8 in a message of the user's must not cost the whole batch.
    line += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

/// `before` is what stands between the one before and this: a bracket or a comma.
void append_member(std::string& line, std::string_view before, std::string_view name,
                   std::string_view value) {
  line.append(before).append("\"").append(name).append("\":");
  append_text(line, value);
}

void append_attribute(std::string& line, std::string_view name, std::string_view value) {
  append_member(line, "{", "key", name);
  append_member(line, ",\"value\":{", "stringValue", value);
  line += "}}";
}

/// 64-bit numbers are texts in OTLP/JSON.
void append_time(std::string& line, std::string_view name, Timestamp time) {
  line.append(",\"").append(name).append("\":\"");
  line.append(std::to_string(to_milliseconds(time))).append("000000\"");
}

void append_span(std::string& line, const Span& span) {
  append_member(line, "{", "traceId", span.trace_id);
  append_member(line, ",", "spanId", span.span_id);
  if (!span.parent_id.empty()) {
    append_member(line, ",", "parentSpanId", span.parent_id);
  }
  append_member(line, ",", "name", span.name);
  line.append(",\"kind\":").append(internal_span);
  append_time(line, "startTimeUnixNano", span.began_at);
  append_time(line, "endTimeUnixNano", span.ended_at);
  line += ",\"attributes\":[";
  for (const auto& [name, value] : span.attributes) {
    if (line.back() != '[') {
      line += ',';
    }
    append_attribute(line, name, value);
  }
  line.append("],\"status\":{\"code\":").append(span.has_failed ? status_error : status_ok);
  if (span.has_failed) {
    append_member(line, ",", "message", span.error);
  }
  line += "}}";
}

}  // namespace

std::string to_otlp(const std::vector<Span>& spans, const std::string& service_name) {
  constexpr std::size_t usual_bytes = 640;
  std::string line;
  line.reserve(usual_bytes * (spans.size() + 1));
  line += R"({"resourceSpans":[{"resource":{"attributes":[)";
  append_attribute(line, "service.name", service_name);
  line += R"(]},"scopeSpans":[{"scope":{"name":"duroxide")";
  append_member(line, ",", "version", DUROXIDE_VERSION);
  line += R"(},"spans":[)";
  for (const Span& span : spans) {
    if (line.back() != '[') {
      line += ',';
    }
    append_span(line, span);
  }
  line += "]}]}]}";
  return line;
}

}  // namespace duroxide::tracing
