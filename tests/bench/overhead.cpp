#include "overhead.hpp"

#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "measurements.hpp"
#include "support/temp_dir.hpp"
#include "workloads.hpp"

using duroxide::ActivityKind;
using duroxide::LmdbOptions;
using duroxide::RuntimeOptions;

namespace {

constexpr std::size_t warm_up = 20;

/// What is turned on and off.
struct Feature {
  std::string name;
  LmdbOptions (*store)(bool is_on);
  RuntimeOptions (*runtime)(bool is_on);
};

LmdbOptions with_metrics(bool is_on) {
  return LmdbOptions().metrics(is_on);
}

LmdbOptions as_usual(bool /*is_on*/) {
  return {};
}

RuntimeOptions plain(bool /*is_on*/) {
  return {};
}

RuntimeOptions with_tracing(bool is_on) {
  return is_on ? traced() : RuntimeOptions();
}

/// All of them headers without spans.
RuntimeOptions with_none_sampled(bool is_on) {
  return is_on ? traced(0) : RuntimeOptions();
}

const std::vector<Feature>& features() {
  static const std::vector<Feature> all{{"metrics", with_metrics, plain},
                                        {"tracing", as_usual, with_tracing},
                                        {"tracing, none sampled", as_usual, with_none_sampled},
                                        {"everything", with_metrics, with_tracing}};
  return all;
}

std::vector<Measurement> workloads(bool quick) {
  const std::size_t steps = quick ? 50 : 3'000;
  const std::size_t hellos = quick ? 10 : 1'000;
  const auto chain = [steps](Workloads& w) { return w.chains(1, steps); };
  std::vector<Measurement> all{
      {"hello", "hello", Kind::one_at_a_time, [hellos](Workloads& w) { return w.hellos(hellos); }},
      {"chain", "step", Kind::one_at_a_time, chain},
      {"chain, short", "step", Kind::one_at_a_time, chain},
      {"20 chains, short", "step", Kind::many_at_once,
       [steps](Workloads& w) { return w.chains(20, steps / 10); }},
  };
  all[2].activities = ActivityKind::short_running;
  all[3].activities = ActivityKind::short_running;
  return all;
}

/// A workload with a feature and without.
struct Pair {
  Measurement measurement;
  const Feature& feature;
  std::vector<Run> on;
  std::vector<Run> off;
};

Run run_once(const Pair& pair, bool is_on, const Options& options) {
  const duroxide::testing::TempDir directory(options.directory);
  Workloads workloads(directory.path() / "store", pair.feature.store(is_on),
                      pair.feature.runtime(is_on), pair.measurement.activities);
  (void)workloads.hellos(warm_up);
  return pair.measurement.run(workloads);
}

/// The two of a run beside each other, so that a mood of the machine meets both.
Spread added(const Pair& pair, double Counts::*count, bool in_percent) {
  std::vector<double> values;
  for (std::size_t i = 0; i < pair.on.size(); ++i) {
    const double on = pair.on[i].counts.*count;
    const double off = pair.off[i].counts.*count;
    values.push_back(in_percent ? 100 * (on / off - 1) : on - off);
  }
  return Spread(std::move(values));
}

void report_pair(Report& report, const Pair& pair) {
  const Measurement& measured = pair.measurement;
  const std::string name = measured.name + ", " + pair.feature.name;
  report.rows.push_back(row_of(name + " on", measured.unit, pair.on));
  report.rows.push_back(row_of(name + " off", measured.unit, pair.off));
  Row row{name + ": what it adds to a " + measured.unit, measured.unit, {}, {}};
  row.figures = {{"CPU", added(pair, &Counts::cpu, false), "us"},
                 {"CPU, in percent", added(pair, &Counts::cpu, true), "%"},
                 {"allocations", added(pair, &Counts::allocations, false), ""},
                 {"switches", added(pair, &Counts::switches, false), ""},
                 {"messages", added(pair, &Counts::messages, false), ""}};
  report.rows.push_back(std::move(row));
}

}  // namespace

void measure_overhead(Report& report, const Options& options) {
  std::vector<Pair> pairs;
  for (const Feature& feature : features()) {
    for (Measurement& each : workloads(options.quick)) {
      pairs.push_back({std::move(each), feature, {}, {}});
    }
  }
  for (std::size_t i = 0; i < options.runs; ++i) {
    for (Pair& pair : pairs) {
      const bool on_first = i % 2 == 0;  // what comes second may find the machine warm
      for (const bool is_on : {on_first, !on_first}) {
        (is_on ? pair.on : pair.off).push_back(run_once(pair, is_on, options));
      }
    }
    std::cerr << "run " << i + 1 << " of " << options.runs << std::endl;
  }
  for (const Pair& pair : pairs) {
    report_pair(report, pair);
  }
}
