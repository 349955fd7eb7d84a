// What the engine counts and measures, for people.

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/show.hpp"
#include "cli/text.hpp"

namespace duroxide::cli {

namespace {

using nlohmann::json;

std::string rounded(double number, const char* unit) {
  std::array<char, 48> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.3g %s", number, unit);
  return {text.data(), static_cast<std::size_t>(size)};
}

/// `1.5 ms`.
std::string seconds_text(double seconds) {
  if (seconds == 0) {
    return "0 s";
  }
  if (seconds < 1e-3) {
    return rounded(seconds * 1e6, "us");
  }
  return seconds < 1 ? rounded(seconds * 1e3, "ms") : rounded(seconds, "s");
}

std::string text_of(double value, const std::string& unit) {
  if (unit == "seconds") {
    return seconds_text(value);
  }
  if (unit == "bytes") {
    return bytes_text(value);
  }
  return value == std::trunc(value) ? std::to_string(static_cast<std::int64_t>(value))
                                    : std::to_string(value);
}

/// `activity=Charge outcome=completed`.
std::string labels_text(const json& labels) {
  std::string text;
  for (const auto& [name, value] : labels.items()) {
    text.append(text.empty() ? "" : " ")
        .append(name)
        .append("=")
        .append(text_at(labels, name.c_str()));
  }
  return text;
}

/// The bound of the bucket below which lies this part of all observations.
std::string bound_of(double part, const json& family, const json& sample) {
  const double wanted = part * sample.value("count", 0.0);
  const json& bounds = family["bounds"];
  double so_far = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    so_far += sample["buckets"].at(i).get<double>();
    if (so_far >= wanted) {
      return "<= " + text_of(bounds[i].get<double>(), text_at(family, "unit"));
    }
  }
  return bounds.empty() ? "-"
                        : "> " + text_of(bounds.back().get<double>(), text_at(family, "unit"));
}

std::vector<Cell> row_of(const json& family, const json& sample) {
  const std::string unit = text_at(family, "unit");
  const Cell name{text_at(family, "name")};
  const Cell labels{labels_text(sample["labels"])};
  if (!sample.contains("buckets")) {
    return {name, labels, {text_of(sample.value("value", 0.0), unit)}, {}, {}, {}};
  }
  const double count = sample.value("count", 0.0);
  if (count == 0) {
    return {name, labels, {"0"}, {}, {}, {}};
  }
  return {name,
          labels,
          {number_at(sample, "count")},
          {text_of(sample.value("sum", 0.0) / count, unit)},
          {bound_of(0.5, family, sample)},
          {bound_of(0.99, family, sample)}};
}

}  // namespace

void show_metrics(Output& output, const json& result) {
  Table table({{"METRIC"},
               {"LABELS", false, true},
               {"VALUE", true},
               {"MEAN", true, false, true},
               {"HALF", true, false, true},
               {"99 %", true, false, true}});
  for (const json& family : result["families"]) {
    for (const json& sample : family["samples"]) {
      table.add(row_of(family, sample));
    }
  }
  table.print(output);
}

}  // namespace duroxide::cli
