// The report as text and as JSON.

#include <array>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

#include "report.hpp"

namespace {

using Json = nlohmann::ordered_json;

/// Three digits or more, and no more behind the point than say something.
std::string text_of(double value) {
  const int decimals = value < 10 ? 2 : value < 1'000 ? 1 : 0;
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

std::string text_of(const Spread& value) {
  return value.low == value.high ? ""
                                 : " (" + text_of(value.low) + " to " + text_of(value.high) + ")";
}

/// What a time or a rate comes to in what the machine and its disk do.
std::string in_limits(const Figure& figure, const Report& report) {
  const bool is_rate = figure.unit.ends_with("s/s");
  if (report.commit == 0 || (figure.unit != "us" && !is_rate)) {
    return "";
  }
  const double each = is_rate ? 1e6 / figure.value.median : figure.value.median;
  return " = " + text_of(each / report.commit) + " commits, " + text_of(each / report.append) +
         " appends, " + text_of(each / report.round_trip) + " round trips";
}

void print_figure(const Figure& figure, const Report& report, bool with_limits) {
  std::printf("  %-36s %9s %s%s%s", figure.name.c_str(), text_of(figure.value.median).c_str(),
              figure.unit.c_str(), text_of(figure.value).c_str(),
              with_limits ? in_limits(figure, report).c_str() : "");
  if (figure.has_floor) {
    std::printf("  %s (%s %g)", figure.passes() ? "PASS" : "below floor",
                figure.lower_is_better ? "at most" : "at least", figure.floor);
  }
  std::printf("\n");
}

void print_counts(const Row& row) {
  std::printf("  each %s uses:\n", row.unit.c_str());
  for (const Figure& count : row.counts) {
    std::printf("    %-34s %9s%s%s%s\n", count.name.c_str(), text_of(count.value.median).c_str(),
                count.unit.empty() ? "" : " ", count.unit.c_str(), text_of(count.value).c_str());
  }
}

/// With six digits, as nobody measures more.
Json json_of(double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return std::stod(text.data());
}

Json json_of(const Figure& figure) {
  Json json{{"name", figure.name},
            {"value", json_of(figure.value.median)},
            {"low", json_of(figure.value.low)},
            {"high", json_of(figure.value.high)},
            {"unit", figure.unit}};
  if (figure.has_floor) {
    json["floor"] = figure.floor;
    json["passes"] = figure.passes();
  }
  return json;
}

/// A figure on each line, so that a difference between two files says which.
void write_figures(std::ostream& out, const char* name, const std::vector<Figure>& figures) {
  out << ",\n   " << Json(name) << ": [";
  const char* separator = "\n";
  for (const Figure& figure : figures) {
    out << separator << "    " << json_of(figure);
    separator = ",\n";
  }
  out << "]";
}

void write_row(std::ostream& out, const Row& row) {
  out << "  {\"name\": " << Json(row.name);
  if (!row.figures.empty()) {
    write_figures(out, "figures", row.figures);
  }
  if (!row.counts.empty()) {
    out << ",\n   \"unit\": " << Json(row.unit);
    write_figures(out, "counts", row.counts);
  }
  out << "}";
}

}  // namespace

void print_table(const Report& report) {
  std::printf("on %s; medians of %zu\n", report.disk.c_str(), report.runs);
  for (const Row& row : report.rows) {
    std::printf("\n%s\n", row.name.c_str());
    for (const Figure& figure : row.figures) {
      print_figure(figure, report, !row.counts.empty());
    }
    if (!row.counts.empty()) {
      print_counts(row);
    }
  }
}

void write_json(const Report& report, const std::filesystem::path& file) {
  std::ofstream out(file);
  out << "{\"disk\": " << Json(report.disk) << ",\n \"runs\": " << report.runs << ",\n \"rows\": [";
  const char* separator = "\n";
  for (const Row& row : report.rows) {
    out << separator;
    write_row(out, row);
    separator = ",\n";
  }
  out << "]}\n";
  if (!out.flush()) {
    throw std::runtime_error("cannot write " + file.string());
  }
}
