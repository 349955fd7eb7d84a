#include "report.hpp"

#include <algorithm>
#include <cstdio>

bool Figure::passes() const {
  return !has_floor || (lower_is_better ? value <= floor : value >= floor);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void print_table(const std::vector<Figure>& figures) {
  for (const Figure& figure : figures) {
    std::printf("%-44s %10.2f %-18s", figure.name.c_str(), figure.value, figure.unit.c_str());
    if (figure.has_floor) {
      std::printf(" %s (%s %g)", figure.passes() ? "PASS" : "below floor",
                  figure.lower_is_better ? "at most" : "at least", figure.floor);
    }
    std::printf("\n");
  }
}

void print_json(const std::vector<Figure>& figures) {
  std::printf("[\n");
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const Figure& figure = figures[i];
    std::printf("  {\"name\": \"%s\", \"value\": %.6g, \"unit\": \"%s\"", figure.name.c_str(),
                figure.value, figure.unit.c_str());
    if (figure.has_floor) {
      std::printf(", \"floor\": %g, \"passes\": %s", figure.floor,
                  figure.passes() ? "true" : "false");
    }
    std::printf("}%s\n", i + 1 < figures.size() ? "," : "");
  }
  std::printf("]\n");
}
