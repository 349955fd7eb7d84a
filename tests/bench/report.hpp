#pragma once

#include <string>
#include <vector>

/// One measured figure. With a floor it passes if it is at least that, or, if `lower_is_better`, at
/// most that.
struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  bool has_floor = false;
  double floor = 0;
  bool lower_is_better = false;

  [[nodiscard]] bool passes() const;
};

/// The middle one of several runs; the mean of the two in the middle if their number is even.
double median(std::vector<double> values);

void print_table(const std::vector<Figure>& figures);
void print_json(const std::vector<Figure>& figures);
