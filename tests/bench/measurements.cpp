#include "measurements.hpp"

#include <algorithm>
#include <iostream>
#include <string>
#include <utility>

#include "limits.hpp"
#include "support/temp_dir.hpp"

using duroxide::ActivityKind;

namespace {

constexpr std::size_t warm_up = 20;
constexpr std::size_t kibibyte = 1024;

double p50_of(std::vector<double> seconds) {
  return median(std::move(seconds)) * 1e6;
}

/// What was measured so far of a workload.
struct Series {
  Measurement measurement;
  std::vector<Run> runs;
  std::vector<double> own_cost;  ///< microseconds of an LMDB commit of the same bytes, of each run
};

void measure_once(Series& series, const std::filesystem::path& directory, std::size_t commits) {
  const auto options = series.measurement.is_traced ? traced() : duroxide::RuntimeOptions();
  Workloads workloads(directory / "store", {}, options, series.measurement.activities);
  (void)workloads.hellos(warm_up);
  series.runs.push_back(series.measurement.run(workloads));
  if (series.measurement.bytes > 0) {
    series.own_cost.push_back(
        p50_of(raw_commits(directory / "raw", commits, series.measurement.bytes)));
  }
}

/// How many times as long a unit takes as the commit that was measured beside it, run by run.
Spread in_commits(const std::vector<Run>& runs, const std::vector<double>& commits) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Run& run = runs[i];
    const double each = run.latencies.empty() ? 1e6 / run.rate() : p50_of(run.latencies);
    ratios.push_back(each / commits.at(i));
  }
  return Spread(std::move(ratios));
}

Row row_of(const Series& series) {
  Row row = row_of(series.measurement.name, series.measurement.unit, series.runs);
  if (!series.own_cost.empty()) {
    row.figures.push_back({"LMDB commit of the same bytes, p50", Spread(series.own_cost), "us"});
    row.figures.push_back({"p50, in such commits", in_commits(series.runs, series.own_cost), "x"});
  }
  return row;
}

}  // namespace

std::vector<Measurement> engine_measurements(const Sizes& sizes) {
  const auto text = [](std::size_t number) { return std::to_string(number); };
  std::vector<Measurement> all{
      {"hello: one activity, one at a time", "hello", Kind::one_at_a_time,
       [=](Workloads& w) { return w.hellos(sizes.hellos); }},
      {"chain of " + text(sizes.steps), "step", Kind::one_at_a_time,
       [=](Workloads& w) { return w.chains(1, sizes.steps); }},
      {text(sizes.chains) + " chains of " + text(sizes.steps_each), "step", Kind::many_at_once,
       [=](Workloads& w) { return w.chains(sizes.chains, sizes.steps_each); }},
      {"fan-out of 5, 100 in flight", "orchestration", Kind::many_at_once,
       [=](Workloads& w) { return w.fan_outs(sizes.fan_outs, 100); }},
      {text(sizes.signals) + " events at each of " + text(sizes.signalled), "event",
       Kind::many_at_once, [=](Workloads& w) { return w.signals(sizes.signalled, sizes.signals); }},
      {text(sizes.timers) + " timers due at once: how late", "timer", Kind::by_the_clock,
       [=](Workloads& w) { return w.timers(sizes.timers); }},
      {"hellos that arrive 1,000 times a second", "hello", Kind::by_the_clock,
       [=](Workloads& w) { return w.arrivals(sizes.arrivals, 1'000); }},
  };
  const auto add_large = [&](const std::string& name, std::size_t bytes, Kind kind) {
    const auto run = [times = sizes.large_hellos, bytes](Workloads& w) {
      return w.hellos(times, bytes);
    };
    all.push_back({"hello with " + name, "hello", kind, run, bytes});
  };
  add_large("1 KiB", kibibyte, Kind::one_at_a_time);
  add_large("64 KiB", 64 * kibibyte, Kind::one_at_a_time);
  // A turn of this takes about as long as a commit waits for it.
  add_large("1 MiB", 1024 * kibibyte, Kind::by_the_clock);
  const auto add_again = [&](std::size_t which, const std::string& name, ActivityKind activities) {
    all.push_back(all.at(which));
    all.back().name += ", " + name;
    all.back().activities = activities;
  };
  add_again(0, "short", ActivityKind::short_running);
  add_again(1, "short", ActivityKind::short_running);
  add_again(1, "pure", ActivityKind::pure);
  add_again(2, "short", ActivityKind::short_running);
  add_again(3, "short", ActivityKind::short_running);
  const auto add_traced = [&](std::size_t which) {
    all.push_back(all.at(which));
    all.back().name += ", traced";
    all.back().is_traced = true;
    all.back().kind = Kind::by_the_clock;  // its thread takes what there is
  };
  add_traced(0);
  add_traced(1);
  all.push_back({"hello in one call", "hello", Kind::one_at_a_time,
                 [=](Workloads& w) { return w.hellos_in_one_call(sizes.hellos); }});
  all[0].most_commits = 5;
  all[1].most_commits = 2.5;
  all[3].least_rate = 2'000;
  return all;
}

void measure_engine(Report& report, const Options& options) {
  const Sizes& sizes = options.quick ? try_out : earnest;
  std::vector<Series> all;
  for (Measurement& each : engine_measurements(sizes)) {
    all.push_back({std::move(each), {}, {}});
  }
  Limits limits;
  for (std::size_t i = 0; i < options.runs; ++i) {
    const duroxide::testing::TempDir limits_directory(options.directory);
    limits.measure(limits_directory.path(), sizes.commits);
    for (Series& series : all) {
      const duroxide::testing::TempDir directory(options.directory);
      measure_once(series, directory.path(), sizes.large_hellos);
    }
    std::cerr << "run " << i + 1 << " of " << options.runs << std::endl;
  }
  limits.report_to(report);
  for (const Series& series : all) {
    report.rows.push_back(row_of(series));
    Row& row = report.rows.back();
    if (series.measurement.most_commits > 0) {
      row.figures.push_back({"in commits", in_commits(series.runs, limits.commits()), "x", true,
                             series.measurement.most_commits, true});
    }
    if (series.measurement.least_rate > 0) {
      row.figures.front().has_floor = true;
      row.figures.front().floor = series.measurement.least_rate;
    }
  }
}

void measure_counts(Report& report, const Options& options) {
  std::vector<Series> all;
  for (Measurement& each : engine_measurements(countable)) {
    if (each.kind != Kind::by_the_clock) {
      each.bytes = 0;
      all.push_back({std::move(each), {}, {}});
    }
  }
  for (std::size_t i = 0; i < options.runs; ++i) {
    for (Series& series : all) {
      const duroxide::testing::TempDir directory(options.directory);
      measure_once(series, directory.path(), 0);
    }
  }
  for (const Series& series : all) {
    report.rows.push_back(row_of(series));
    report.rows.back().many_at_once = series.measurement.kind == Kind::many_at_once;
  }
}
