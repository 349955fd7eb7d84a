#include "report.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace {

constexpr double micro = 1e6;
/// With fewer a percentile of 99.9 would be the slowest.
constexpr std::size_t enough_for_permille = 1'000;

Spread over(const std::vector<Run>& runs, const std::function<double(const Run&)>& read) {
  std::vector<double> values;
  values.reserve(runs.size());
  for (const Run& run : runs) {
    values.push_back(read(run));
  }
  return Spread(std::move(values));
}

Spread quantile_of(const std::vector<Run>& runs, double share) {
  return over(runs, [share](const Run& run) {
    std::vector<double> sorted = run.latencies;
    std::sort(sorted.begin(), sorted.end());
    return quantile(sorted, share) * micro;
  });
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

Spread::Spread(std::vector<double> values)
    : median(::median(values)),
      low(*std::min_element(values.begin(), values.end())),
      high(*std::max_element(values.begin(), values.end())) {}

bool Figure::passes() const {
  return !has_floor || (lower_is_better ? value.median <= floor : value.median >= floor);
}

bool Report::passes() const {
  return std::all_of(rows.begin(), rows.end(), [](const Row& row) {
    return std::all_of(row.figures.begin(), row.figures.end(),
                       [](const Figure& figure) { return figure.passes(); });
  });
}

Row row_of(std::string name, std::string unit, const std::vector<Run>& runs) {
  Row row{std::move(name), std::move(unit), {}, {}};
  const Run& first = runs.front();
  if (first.latencies.empty()) {
    row.figures.push_back({"rate", over(runs, &Run::rate), row.unit + "s/s"});
  } else {
    row.figures = {
        {"p50", quantile_of(runs, 0.5), "us"},
        {"mean", over(runs, [](const Run& run) { return mean(run.latencies) * micro; }), "us"},
        {"p99", quantile_of(runs, 0.99), "us"},
    };
    if (first.latencies.size() >= enough_for_permille) {
      row.figures.push_back({"p99.9", quantile_of(runs, 0.999), "us"});
    }
  }
  for (const NamedCount& each : named_counts()) {
    row.counts.push_back(
        {each.name, over(runs, [&](const Run& run) { return run.counts.*each.count; }), each.unit});
  }
  return row;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double quantile(const std::vector<double>& sorted, double share) {
  const double place = std::ceil(share * static_cast<double>(sorted.size()));
  return sorted.at(static_cast<std::size_t>(std::max(place, 1.0)) - 1);
}
