#include "tracing/otlp.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <duroxide/version.hpp>

#include "model/json.hpp"
#include "tracing/span_ids.hpp"

namespace duroxide::tracing {

namespace {

using model::Json;

// What a batch of many long errors has needed is given back.
constexpr std::size_t most_kept_bytes = std::size_t{1} << 20U;

/// Of each byte whether it can stand between quotes as it is.
constexpr auto is_plain = [] {
  std::array<bool, 256> plain{};
  for (unsigned byte = ' '; byte <= '~'; ++byte) {
    plain[byte] = byte != '"' && byte != '\\';
  }
  return plain;
}();

/// What stands between quotes in place of a text. What is no UTF-8 in a message of the user's must not cost
/// the whole batch.
std::string escaped(std::string_view text) {
  const std::string quoted = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  return quoted.substr(1, quoted.size() - 2);
}

/// Writes a span to where there is room for it. By hand, as a document of JSON in memory takes a dozen
/// allocations for each attribute of a span, and as each span of a busy engine costs a part of each step.
class SpanWriter {
 public:
  /// Of what it writes beside texts.
  static constexpr std::size_t fixed_room = 1024;

  SpanWriter(char* begin, SecondDigits& seconds) : at_(begin), seconds_(seconds) {}

  [[nodiscard]] char* end() const { return at_; }

  void write(const Span& span) {
    const SpanNumbers& numbers = span.numbers;
    put(R"({"traceId":")");
    put_array(numbers.trace_id);
    put(R"(","spanId":")");
    put_id(numbers.span_id);
    if (numbers.parent_id != 0) {
      put(R"(","parentSpanId":")");
      put_id(numbers.parent_id);
    }
    put(R"(","name":")");
    put(numbers.sort);
    if (!numbers.sort.empty() && !span.name.empty()) {
      put(" ");
    }
    put_text(span.name);
    put(R"(","kind":1,"startTimeUnixNano":")");  // internal
    put_time(numbers.began_at);
    put(R"(","endTimeUnixNano":")");
    put_time(numbers.ended_at);
    put(R"(","attributes":[)");
    put_attributes(span);
    if (numbers.has_failed) {
      put(R"(],"status":{"code":2,"message":")");
      put_text(span.error);
      put("\"}}");
    } else {
      put(R"(],"status":{"code":1}})");
    }
  }

 private:
  void put_attributes(const Span& span) {
    const SpanNumbers& numbers = span.numbers;
    put(R"({"key":"duroxide.instance","value":{"stringValue":")");
    put_text(span.instance);
    put(R"("}},{"key":"duroxide.execution","value":{"stringValue":")");
    put_number(numbers.execution_id);
    if (numbers.event_id != 0) {
      put(R"("}},{"key":"duroxide.event","value":{"stringValue":")");
      put_number(numbers.event_id);
    } else {
      put(R"("}},{"key":"duroxide.version","value":{"stringValue":")");
      put_text(span.version);
    }
    if (numbers.attempt != 0) {
      put(R"("}},{"key":"duroxide.attempt","value":{"stringValue":")");
      put_number(numbers.attempt);
    }
    if (!numbers.outcome.empty()) {
      put(R"("}},{"key":"duroxide.outcome","value":{"stringValue":")");
      put(numbers.outcome);
    }
    put("\"}}");
  }

  /// A literal, whose length the compiler knows.
  template <std::size_t size>
  void put(const char (&literal)[size]) {
    std::memcpy(at_, literal, size - 1);
    at_ += size - 1;
  }
  void put(std::string_view text) { at_ = std::copy(text.begin(), text.end(), at_); }
  void put_text(std::string_view text) {
    char* const begin = at_;
    for (const char each : text) {
      if (!is_plain[static_cast<unsigned char>(each)]) {
        at_ = begin;
        put(std::string_view(escaped(text)));
        return;
      }
      *at_++ = each;
    }
  }
  template <std::size_t size>
  void put_array(const std::array<char, size>& text) {
    std::memcpy(at_, text.data(), size);
    at_ += size;
  }
  void put_digit(std::uint64_t digit) { *at_++ = static_cast<char>('0' + digit); }
  void put_number(std::uint64_t number) {
    if (number < 10) {
      put_digit(number);
      return;
    }
    constexpr std::ptrdiff_t most_digits = 20;
    at_ = std::to_chars(at_, at_ + most_digits, number).ptr;
  }
  void put_id(SpanId id) { put_array(digits_of(id)); }
  /// 64-bit numbers are texts in OTLP/JSON.
  void put_time(Timestamp time) {
    const auto milliseconds =
        static_cast<std::uint64_t>(std::max<std::int64_t>(to_milliseconds(time), 0));
    const std::uint64_t second = milliseconds / 1'000;
    const std::uint64_t rest = milliseconds % 1'000;
    if (second == 0) {
      put_number(rest);
    } else {
      at_ = seconds_.write(at_, second);
      put_digit(rest / 100);
      put_digit(rest / 10 % 10);
      put_digit(rest % 10);
    }
    put("000000");
  }

  char* at_;
  SecondDigits& seconds_;
};

/// As many bytes as a span can take. Escaped, a byte takes six at most.
std::size_t room_for(const Span& span) {
  constexpr std::size_t most_of_byte = 6;
  return SpanWriter::fixed_room + most_of_byte * (span.instance.size() + span.name.size() +
                                                  span.version.size() + span.error.size());
}

}  // namespace

OtlpWriter::OtlpWriter(std::string_view service_name)
    : head_(R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name",)"
            R"("value":{"stringValue":")") {
  head_.append(escaped(service_name));
  head_.append(R"("}}]},"scopeSpans":[{"scope":{"name":"duroxide","version":")" DUROXIDE_VERSION
               R"("},"spans":[)");
}

char* SecondDigits::write(char* target, std::uint64_t second) {
  if (size_ == 0 || second != second_) {
    const auto written = std::to_chars(digits_.data(), digits_.data() + digits_.size(), second);
    size_ = static_cast<std::size_t>(written.ptr - digits_.data());
    second_ = second;
  }
  std::memcpy(target, digits_.data(), digits_.size());  // all, as so many are copied at once
  return target + size_;
}

void OtlpWriter::add(const Span& span) {
  line_.append(spans_ == 0 ? std::string_view(head_) : ",");
  ++spans_;
  room_.resize(std::max(room_.size(), room_for(span)));
  SpanWriter writer(room_.data(), seconds_);
  writer.write(span);
  line_.append(room_.data(), writer.end());
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
