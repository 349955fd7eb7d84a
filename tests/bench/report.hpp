#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "run.hpp"

/// Several measurements of the same.
struct Spread {
  double median = 0;
  double low = 0;
  double high = 0;

  /// Of a single measurement. Not explicit, so that a figure may be given a number.
  Spread(double value) : median(value), low(value), high(value) {}
  explicit Spread(std::vector<double> values);
};

/// One measured figure. With a floor it passes if it is at least that, or, if `lower_is_better`, at
/// most that.
struct Figure {
  std::string name;
  Spread value;
  std::string unit;
  bool has_floor = false;
  double floor = 0;
  bool lower_is_better = false;

  [[nodiscard]] bool passes() const;
};

/// A workload: what was measured, and what one unit of it uses.
struct Row {
  std::string name;
  std::string unit;  ///< what the counts are of: "hello", "step"
  std::vector<Figure> figures;
  std::vector<Figure> counts;
  bool many_at_once = false;  ///< how many share a commit is a matter of chance
};

/// Of a workload that was run several times: the percentiles of its latencies, or else its rate.
[[nodiscard]] Row row_of(std::string name, std::string unit, const std::vector<Run>& runs);

struct Report {
  std::string disk;  ///< what was measured on
  std::size_t runs = 0;
  /// Microseconds of what the same disk and machine can do in the same run, by which times are judged; 0
  /// if it was not measured.
  double commit = 0;
  double append = 0;
  double round_trip = 0;
  std::vector<Row> rows;

  [[nodiscard]] bool passes() const;
};

/// The middle one of several runs; the mean of the two in the middle if their number is even.
[[nodiscard]] double median(std::vector<double> values);
/// The smallest value that a share of them does not exceed: 0.99 for the 99th percentile.
[[nodiscard]] double quantile(const std::vector<double>& sorted, double share);

void print_table(const Report& report);
void write_json(const Report& report, const std::filesystem::path& file);
