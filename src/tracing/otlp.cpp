#include <string>

#include <duroxide/version.hpp>

#include "model/json.hpp"
#include "tracing/span.hpp"

namespace duroxide::tracing {

namespace {

using model::Json;

// Numbers of OTLP's.
constexpr int internal_span = 1;
constexpr int status_ok = 1;
constexpr int status_error = 2;

Json attribute(std::string_view name, const std::string& value) {
  return {{"key", name}, {"value", {{"stringValue", value}}}};
}

/// 64-bit numbers are texts in OTLP/JSON.
std::string nanoseconds(Timestamp time) {
  return std::to_string(to_milliseconds(time)) + "000000";
}

Json json_of(const Span& span) {
  Json json;
  json["traceId"] = span.trace_id;
  json["spanId"] = span.span_id;
  if (!span.parent_id.empty()) {
    json["parentSpanId"] = span.parent_id;
  }
  json["name"] = span.name;
  json["kind"] = internal_span;
  json["startTimeUnixNano"] = nanoseconds(span.began_at);
  json["endTimeUnixNano"] = nanoseconds(span.ended_at);
  Json attributes = Json::array();
  for (const auto& [name, value] : span.attributes) {
    attributes.push_back(attribute(name, value));
  }
  json["attributes"] = std::move(attributes);
  json["status"] = span.has_failed ? Json{{"code", status_error}, {"message", span.error}}
                                   : Json{{"code", status_ok}};
  return json;
}

}  // namespace

std::string to_otlp(const std::vector<Span>& spans, const std::string& service_name) {
  Json all = Json::array();
  for (const Span& span : spans) {
    all.push_back(json_of(span));
  }
  Json scope_spans;
  scope_spans["scope"] = {{"name", "duroxide"}, {"version", DUROXIDE_VERSION}};
  scope_spans["spans"] = std::move(all);
  Json resource_spans;
  resource_spans["resource"]["attributes"] = Json::array({attribute("service.name", service_name)});
  resource_spans["scopeSpans"] = Json::array({std::move(scope_spans)});
  Json request;
  request["resourceSpans"] = Json::array({std::move(resource_spans)});
  // What is no UTF-8 in a message of the user's must not cost the whole batch.
  return request.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace duroxide::tracing
