#pragma once

/// What an engine counts and measures, as values that a caller may keep, and their text for Prometheus.
/// `ManagementClient::metrics` gives them.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <duroxide/detail/api.hpp>

namespace duroxide::DUROXIDE_ABI {

/// What the numbers of a family mean.
enum class MetricKind : std::uint8_t {
  counter,    ///< only grows, until the store is closed; its name ends in `_total`
  gauge,      ///< what is so just now
  histogram,  ///< how many observations fell into which bucket
};

/// `counter`, `gauge`, `histogram`, as Prometheus calls them.
[[nodiscard]] DUROXIDE_API std::string_view to_string(MetricKind kind);

/// One series of a family: a value, or the buckets of a histogram.
struct MetricSample {
  /// Names and values, in the same order in every sample of a family. No two samples of a family
  /// have the same.
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;  ///< of a counter or gauge, in the family's unit
  /// Histograms only: how many observations fell into each bucket, one more than the family has
  /// bounds. Each counts those above the bound before it, up to and with its own; the last counts
  /// those above all bounds. They are not cumulative; `prometheus_text` adds them up.
  std::vector<std::uint64_t> buckets;
  double sum = 0;           ///< histograms only: of all observations, in the family's unit
  std::uint64_t count = 0;  ///< histograms only: how many observations, the sum of `buckets`
};

/// All series of one name.
struct MetricFamily {
  std::string
      name;  ///< as Prometheus has it, with the unit in it: `duroxide_turn_duration_seconds`
  std::string help;  ///< one sentence for people
  std::string unit;  ///< `seconds`, `bytes`, or empty for plain counts
  MetricKind kind = MetricKind::gauge;
  /// Histograms only: upper bounds of the buckets, ascending; the last bucket has none.
  std::vector<double> bounds;
  std::vector<MetricSample> samples;  ///< may be empty: of what has not happened yet
};

/// The families in Prometheus' text exposition format 0.0.4 (`text/plain; version=0.0.4`), in their
/// order. Help and labels are escaped as the format has it. Families without samples keep their
/// `# HELP` and `# TYPE`. It never fails, and may be called on any thread.
[[nodiscard]] DUROXIDE_API std::string prometheus_text(const std::vector<MetricFamily>& families);

}  // namespace duroxide::DUROXIDE_ABI
