// Counters, histograms, and the text that Prometheus reads.

#include <chrono>
#include <cstddef>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/metrics.hpp>

#include "model/metrics.hpp"
#include "support/prometheus_check.hpp"

namespace duroxide::metrics_test {

using namespace std::chrono_literals;
using duroxide::testing::PrometheusCheck;
using model::ActivityEnd;
using model::Histogram;
using model::Metrics;
using Problems = std::vector<std::string>;

namespace {

constexpr std::array bounds{0.001, 0.01, 1.0};

MetricFamily family_of(std::string name, MetricKind kind, std::vector<MetricSample> samples) {
  MetricFamily family;
  family.name = std::move(name);
  family.help = "Something.";
  family.kind = kind;
  family.samples = std::move(samples);
  return family;
}

MetricSample sample_of(std::vector<std::pair<std::string, std::string>> labels, double value) {
  MetricSample sample;
  sample.labels = std::move(labels);
  sample.value = value;
  return sample;
}

MetricSample histogram_sample(std::vector<std::uint64_t> buckets, double sum, std::uint64_t count) {
  MetricSample sample;
  sample.buckets = std::move(buckets);
  sample.sum = sum;
  sample.count = count;
  return sample;
}

std::vector<MetricFamily> collected(const Metrics& metrics) {
  std::vector<MetricFamily> families;
  metrics.collect(0, families);
  return families;
}

const MetricFamily& find(const std::vector<MetricFamily>& families, std::string_view name) {
  for (const MetricFamily& each : families) {
    if (each.name == name) {
      return each;
    }
  }
  FAIL("there is no family " << name);
  return families.front();
}

}  // namespace

TEST_CASE("histograms: an observation falls into the first bucket that holds it", "[metrics]") {
  struct Row {
    model::Seconds length;
    std::size_t bucket;
    double sum;
  };
  for (const Row& row : {Row{0s, 0, 0}, Row{500us, 0, 0.0005}, Row{1ms, 0, 0.001},
                         Row{1001us, 1, 0.001001}, Row{10ms, 1, 0.01}, Row{1s, 2, 1},
                         Row{model::Seconds(1.5), 3, 1.5}, Row{24h, 3, 86400}, Row{-5s, 0, 0}}) {
    CAPTURE(row.length.count());
    Histogram histogram(bounds);
    histogram.observe(row.length);
    const MetricSample sample = histogram.sample();
    std::vector<std::uint64_t> expected(bounds.size() + 1, 0);
    expected.at(row.bucket) = 1;
    CHECK(sample.buckets == expected);
    CHECK(sample.count == 1);
    CHECK(sample.sum == row.sum);
  }
}

TEST_CASE("counters and histograms: what many threads add is not lost", "[metrics][threads]") {
  constexpr std::size_t each = 20'000;
  model::Counter counter;
  Histogram histogram(bounds);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (std::size_t k = 0; k < each; ++k) {
          counter.add();
          histogram.observe(k % 2 == 0 ? model::Seconds(0.5) : model::Seconds(2));
        }
      });
    }
    for (int i = 0; i < 100; ++i) {
      const MetricSample sample = histogram.sample();
      CHECK(sample.count == sample.buckets.at(2) + sample.buckets.at(3));
    }
  }
  CHECK(counter.value() == 4 * each);
  CHECK(histogram.sample().buckets == std::vector<std::uint64_t>{0, 0, 2 * each, 2 * each});
  CHECK(histogram.sample().sum == 4 * each * 1.25);
}

TEST_CASE("a length is measured only where somebody wants it", "[metrics]") {
  Histogram histogram(bounds);
  { const model::Measured measured(&histogram); }
  { const model::Measured nobody_wants_it(nullptr); }
  CHECK(histogram.sample().count == 1);
}

TEST_CASE("metrics: names of activities are few, and the rest has one together", "[metrics]") {
  Metrics metrics;
  for (std::size_t i = 0; i < model::most_names + 10; ++i) {
    metrics.activity("A" + std::to_string(i)).observe(ActivityEnd::completed, 1ms);
  }
  CHECK(&metrics.activity("A0") == &metrics.activity("A0"));
  CHECK(&metrics.activity("late") == &metrics.activity("later"));
  metrics.activity("A0").observe(ActivityEnd::failed, 2s);
  const auto families = collected(metrics);
  const MetricFamily& family = find(families, "duroxide_activity_duration_seconds");
  CHECK(family.samples.size() == model::most_names + 2);
  const PrometheusCheck check(prometheus_text(families));
  CHECK(check.problems() == Problems());
  CHECK(check.value("duroxide_activity_duration_seconds_count",
                    {{"activity", "other"}, {"outcome", "completed"}}) == 10);
  CHECK(check.value("duroxide_activity_duration_seconds_sum",
                    {{"activity", "A0"}, {"outcome", "failed"}}) == 2);
}

TEST_CASE("metrics: an activity that is called as the rest is shares its series", "[metrics]") {
  Metrics metrics;
  (void)metrics.activity("other");
  for (std::size_t i = 1; i < model::most_names; ++i) {
    (void)metrics.activity(std::to_string(i));
  }
  CHECK(&metrics.activity("one too many") == &metrics.activity("other"));
}

TEST_CASE("metrics: nothing has happened yet, and all families are there", "[metrics]") {
  const Metrics metrics;
  const auto families = collected(metrics);
  const PrometheusCheck check(prometheus_text(families));
  CHECK(check.problems() == Problems());
  CHECK(check.names().size() == families.size());
  CHECK(check.value("duroxide_turns_total", {{"outcome", "completed"}}) == 0);
  CHECK(check.value("duroxide_flush_duration_seconds_count") == 0);
}

TEST_CASE("Prometheus' text: each kind of family", "[metrics]") {
  MetricFamily lengths =
      family_of("x_seconds", MetricKind::histogram, {histogram_sample({1, 0, 2, 4}, 12.5, 7)});
  lengths.bounds.assign(bounds.begin(), bounds.end());
  CHECK(prometheus_text({family_of("x_total", MetricKind::counter, {sample_of({}, 1234567)}),
                         family_of("x", MetricKind::gauge,
                                   {sample_of({{"a", "b"}, {"c", ""}}, 0.25),
                                    sample_of({{"a", "d"}, {"c", "e"}}, -3)}),
                         lengths, family_of("none", MetricKind::gauge, {})}) ==
        "# HELP x_total Something.\n"
        "# TYPE x_total counter\n"
        "x_total 1234567\n"
        "# HELP x Something.\n"
        "# TYPE x gauge\n"
        "x{a=\"b\",c=\"\"} 0.25\n"
        "x{a=\"d\",c=\"e\"} -3\n"
        "# HELP x_seconds Something.\n"
        "# TYPE x_seconds histogram\n"
        "x_seconds_bucket{le=\"0.001\"} 1\n"
        "x_seconds_bucket{le=\"0.01\"} 1\n"
        "x_seconds_bucket{le=\"1\"} 3\n"
        "x_seconds_bucket{le=\"+Inf\"} 7\n"
        "x_seconds_sum 12.5\n"
        "x_seconds_count 7\n"
        "# HELP none Something.\n"
        "# TYPE none gauge\n");
  CHECK(prometheus_text({}).empty());
}

TEST_CASE("Prometheus' text: help and labels are escaped", "[metrics]") {
  MetricFamily family = family_of(
      "x", MetricKind::gauge, {sample_of({{"a", "back\\slash \"quoted\"\nsecond ünïcode"}}, 1)});
  family.help = "A \"help\" with \\ and\nan end of a line.";
  const std::string text = prometheus_text({family});
  CHECK(text ==
        "# HELP x A \"help\" with \\\\ and\\nan end of a line.\n"
        "# TYPE x gauge\n"
        "x{a=\"back\\\\slash \\\"quoted\\\"\\nsecond ünïcode\"} 1\n");
  const PrometheusCheck check(text);
  CHECK(check.problems() == Problems());
  CHECK(check.samples().at(0).labels.at("a") == "back\\slash \"quoted\"\nsecond ünïcode");
}

TEST_CASE("Prometheus' text: numbers of any size, and those that are none", "[metrics]") {
  using Limits = std::numeric_limits<double>;
  struct Row {
    double value;
    const char* text;
  };
  for (const Row& row : {Row{0, "0"}, Row{1e15, "1000000000000000"}, Row{1e-5, "1e-05"},
                         Row{1e300, "1e+300"}, Row{0.1, "0.1"}, Row{Limits::infinity(), "+Inf"},
                         Row{-Limits::infinity(), "-Inf"}, Row{Limits::quiet_NaN(), "NaN"}}) {
    CHECK(prometheus_text({family_of("x", MetricKind::gauge, {sample_of({}, row.value)})}) ==
          "# HELP x Something.\n# TYPE x gauge\nx " + std::string(row.text) + "\n");
  }
}

TEST_CASE("the check of Prometheus' text finds what is wrong", "[metrics]") {
  const std::string head = "# HELP x_total Some.\n# TYPE x_total counter\n";
  const std::string histogram = "# HELP h Some.\n# TYPE h histogram\n";
  CHECK(PrometheusCheck(head + "x_total 1\n").problems() == Problems());
  CHECK(PrometheusCheck(histogram + "h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 3\n"
                                    "h_count 2\n")
            .problems() == Problems());
  for (const std::string& wrong : {
           head + "x_total 1",                                        // no end of line
           head + head + "x_total 1\n",                               // heads twice
           head + "x_total 1\n# TYPE x_total counter\n",              // a head behind its samples
           head + "x_total 1\nx_total 2\n",                           // a series twice
           head + "y_total 1\n",                                      // outside of its family
           head + "x_total one\n",                                    // no number
           head + "x_total{a=\"b\" 1\n",                              // labels without an end
           head + "x_total{a=\"\\x\"} 1\n",                           // no such escape
           head + "x_total{a=\"1\",a=\"2\"} 1\n",                     // a label twice
           head + "x_total{le=\"1\"} 1\n",                            // a label of buckets
           head + "x_total{0a=\"1\"} 1\n",                            // no name
           std::string("# TYPE x_total counter\nx_total 1\n"),        // no help
           std::string("# HELP x_total Some.\nx_total 1\n"),          // no type
           std::string("# HELP x Some.\n# TYPE x counter\nx 1\n"),    // a counter that says not so
           std::string("# HELP x_total S.\n# TYPE x_total gauge\n"),  // a gauge that says it is one
           std::string("# HELP x_ms S.\n# TYPE x_ms gauge\n"),        // no base unit
           std::string("# HELP x_gauge S.\n# TYPE x_gauge gauge\n"),  // a type in the name
           std::string("# HELP xY S.\n# TYPE xY gauge\n"),            // capitals
           std::string("# HELP x_count S.\n# TYPE x_count gauge\n"),  // as if of a histogram
           histogram + "h_bucket{le=\"1\"} 1\nh_sum 3\nh_count 1\n",  // nothing up to infinity
           histogram + "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 3\nh_count 1\n",
           histogram + "h_bucket{le=\"+Inf\"} 1\nh_sum 3\nh_count 2\n",
           histogram + "h_bucket{le=\"+Inf\"} 1\nh_count 1\n",
           histogram + "h 1\n",
       }) {
    CAPTURE(wrong);
    CHECK_FALSE(PrometheusCheck(wrong).problems().empty());
  }
}

}  // namespace duroxide::metrics_test
