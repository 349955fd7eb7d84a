// Families as text for Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <duroxide/metrics.hpp>

namespace duroxide::DUROXIDE_ABI {

namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// Of a label's value also the quotes around it.
void append_escaped(std::string& text, std::string_view raw, bool in_quotes) {
  for (const char c : raw) {
    if (c == '\\') {
      text.append("\\\\");
    } else if (c == '\n') {
      text.append("\\n");
    } else if (c == '"' && in_quotes) {
      text.append("\\\"");
    } else {
      text.push_back(c);
    }
  }
}

std::string text_of(double number) {
  if (std::isnan(number)) {
    return "NaN";
  }
  if (std::isinf(number)) {
    return number > 0 ? "+Inf" : "-Inf";
  }
  std::array<char, 32> digits{};
  char* const end = digits.data() + digits.size();
  constexpr double exact = 9007199254740992.0;  // up to this each whole number is itself
  const bool is_whole = std::abs(number) <= exact && number == std::trunc(number);
  const auto written = is_whole
                           ? std::to_chars(digits.data(), end, static_cast<std::int64_t>(number))
                           : std::to_chars(digits.data(), end, number);
  return {digits.data(), written.ptr};
}

void append_label(std::string& text, std::string_view name, std::string_view value) {
  text.append(name).append("=\"");
  append_escaped(text, value, true);
  text.push_back('"');
}

/// `bound` is that of a bucket; empty for none.
void append_line(std::string& text, const std::string& name, std::string_view suffix,
                 const Labels& labels, std::string_view bound, std::string_view value) {
  text.append(name).append(suffix);
  if (!labels.empty() || !bound.empty()) {
    char before = '{';
    for (const auto& [label, of_it] : labels) {
      text.push_back(before);
      append_label(text, label, of_it);
      before = ',';
    }
    if (!bound.empty()) {
      text.push_back(before);
      append_label(text, "le", bound);
    }
    text.push_back('}');
  }
  text.push_back(' ');
  text.append(value).push_back('\n');
}

void append_histogram(std::string& text, const MetricFamily& family, const MetricSample& sample) {
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < family.bounds.size(); ++i) {
    so_far += i < sample.buckets.size() ? sample.buckets[i] : 0;
    append_line(text, family.name, "_bucket", sample.labels, text_of(family.bounds[i]),
                std::to_string(so_far));
  }
  const std::string count = std::to_string(sample.count);
  append_line(text, family.name, "_bucket", sample.labels, "+Inf", count);
  append_line(text, family.name, "_sum", sample.labels, {}, text_of(sample.sum));
  append_line(text, family.name, "_count", sample.labels, {}, count);
}

}  // namespace

std::string_view to_string(MetricKind kind) {
  switch (kind) {
    case MetricKind::counter:
      return "counter";
    case MetricKind::gauge:
      return "gauge";
    case MetricKind::histogram:
      break;
  }
  return "histogram";
}

std::string prometheus_text(const std::vector<MetricFamily>& families) {
  std::string text;
  for (const MetricFamily& family : families) {
    text.append("# HELP ").append(family.name).push_back(' ');
    append_escaped(text, family.help, false);
    text.append("\n# TYPE ").append(family.name).push_back(' ');
    text.append(to_string(family.kind)).push_back('\n');
    for (const MetricSample& sample : family.samples) {
      if (family.kind == MetricKind::histogram) {
        append_histogram(text, family, sample);
      } else {
        append_line(text, family.name, {}, sample.labels, {}, text_of(sample.value));
      }
    }
  }
  return text;
}

}  // namespace duroxide::DUROXIDE_ABI
