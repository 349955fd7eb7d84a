#include "tracing/otlp.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include <duroxide/version.hpp>

#include "model/json.hpp"
#include "tracing/span_ids.hpp"

namespace duroxide::tracing {

namespace {

using model::Json;

// What a batch of many long errors has needed is given back.
constexpr std::size_t most_kept_bytes = std::size_t{1} << 20U;

/// Whether it can stand between quotes as it is.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char each) {
    return each >= ' ' && each <= '~' && each != '"' && each != '\\';
  });
}

/// What stands between quotes. Written by hand, as a document of JSON in memory takes a dozen allocations
/// for each attribute of a span.
void append_text(std::string& line, std::string_view text) {
  if (is_plain(text)) {
    line.append(text);
  } else {
    // What is no UTF-8 in a message of the user's must not cost the whole batch.
    const std::string quoted = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
    line.append(quoted, 1, quoted.size() - 2);
  }
}

void append_number(std::string& line, std::uint64_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  line.append(digits.data(), end);
}

void append_id(std::string& line, SpanId id) {
  const auto digits = digits_of(id);
  line.append(digits.data(), digits.size());
}

/// 64-bit numbers are texts in OTLP/JSON.
void append_time(std::string& line, Timestamp time) {
  append_number(line, static_cast<std::uint64_t>(std::max<std::int64_t>(to_milliseconds(time), 0)));
  line.append("000000");
}

void append_name(std::string& line, const SpanNumbers& numbers, std::string_view name) {
  line.append(numbers.sort);
  if (!numbers.sort.empty() && !name.empty()) {
    line.append(" ");
  }
  append_text(line, name);
}

void append_attributes(std::string& line, const Span& span) {
  const SpanNumbers& numbers = span.numbers;
  line.append(R"({"key":"duroxide.instance","value":{"stringValue":")");
  append_text(line, span.instance);
  line.append(R"("}},{"key":"duroxide.execution","value":{"stringValue":")");
  append_number(line, numbers.execution_id);
  if (numbers.event_id != 0) {
    line.append(R"("}},{"key":"duroxide.event","value":{"stringValue":")");
    append_number(line, numbers.event_id);
  } else {
    line.append(R"("}},{"key":"duroxide.version","value":{"stringValue":")");
    append_text(line, span.version);
  }
  if (numbers.attempt != 0) {
    line.append(R"("}},{"key":"duroxide.attempt","value":{"stringValue":")");
    append_number(line, numbers.attempt);
  }
  if (!numbers.outcome.empty()) {
    line.append(R"("}},{"key":"duroxide.outcome","value":{"stringValue":")");
    line.append(numbers.outcome);
  }
  line.append("\"}}");
}

void append_span(std::string& line, const Span& span) {
  const SpanNumbers& numbers = span.numbers;
  line.append(R"({"traceId":")").append(text_of(numbers.trace_id)).append(R"(","spanId":")");
  append_id(line, numbers.span_id);
  if (numbers.parent_id != 0) {
    line.append(R"(","parentSpanId":")");
    append_id(line, numbers.parent_id);
  }
  line.append(R"(","name":")");
  append_name(line, numbers, span.name);
  line.append(R"(","kind":1,"startTimeUnixNano":")");  // internal
  append_time(line, numbers.began_at);
  line.append(R"(","endTimeUnixNano":")");
  append_time(line, numbers.ended_at);
  line.append(R"(","attributes":[)");
  append_attributes(line, span);
  if (numbers.has_failed) {
    line.append(R"(],"status":{"code":2,"message":")");
    append_text(line, span.error);
    line.append("\"}}");
  } else {
    line.append(R"(],"status":{"code":1}})");
  }
}

}  // namespace

OtlpWriter::OtlpWriter(std::string_view service_name)
    : head_(R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name",)"
            R"("value":{"stringValue":")") {
  append_text(head_, service_name);
  head_.append(R"("}}]},"scopeSpans":[{"scope":{"name":"duroxide","version":")" DUROXIDE_VERSION
               R"("},"spans":[)");
}

void OtlpWriter::add(const Span& span) {
  line_.append(spans_ == 0 ? head_ : ",");
  ++spans_;
  append_span(line_, span);
}

const std::string& OtlpWriter::finish() {
  line_.append("]}]}]}");
  return line_;
}

void OtlpWriter::clear() {
  spans_ = 0;
  line_.clear();
  if (line_.capacity() > most_kept_bytes) {
    line_.shrink_to_fit();
  }
}

}  // namespace duroxide::tracing
