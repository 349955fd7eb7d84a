#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "options.hpp"
#include "report.hpp"
#include "workloads.hpp"

/// Whether it can be foreseen what a unit uses.
enum class Kind {
  one_at_a_time,  ///< it can
  many_at_once,   ///< but for what is shared by those that come together, as a commit is
  by_the_clock,   ///< what comes together depends on the time
};

/// A workload of the engine, as a row of the report.
struct Measurement {
  std::string name;
  std::string unit;
  Kind kind = Kind::one_at_a_time;
  std::function<Run(Workloads&)> run;
  /// Bytes of the payload, for those that are to be compared with what these cost by themselves.
  std::size_t bytes = 0;
  /// Floors: how many synced commits a unit may take, and how many units there are in a second at least; 0
  /// if there is none.
  double most_commits = 0;
  double least_rate = 0;
  duroxide::ActivityKind activities = duroxide::ActivityKind::ordinary;
  bool is_traced = false;  ///< with spans that are made, encoded and thrown away
};

/// How much of each there is.
struct Sizes {
  std::size_t hellos = 0;
  std::size_t steps = 0;  ///< of one chain
  std::size_t chains = 0;
  std::size_t steps_each = 0;  ///< of each of these
  std::size_t fan_outs = 0;
  std::size_t signalled = 0;  ///< orchestrations that wait for events
  std::size_t signals = 0;    ///< for each of them
  std::size_t timers = 0;
  std::size_t large_hellos = 0;
  std::size_t arrivals = 0;
  std::size_t commits = 0;  ///< of the limits
};

inline constexpr Sizes earnest{2'000, 1'000, 50, 100, 10'000, 1'000, 100, 200, 100, 3'000, 2'000};
inline constexpr Sizes try_out{10, 50, 5, 10, 200, 10, 10, 10, 3, 100, 20};

/// Enough for counts of a unit that are the same each time, within seconds.
inline constexpr Sizes countable{300, 300, 20, 50, 500, 50, 20, 0, 50, 0, 0};

[[nodiscard]] std::vector<Measurement> engine_measurements(const Sizes& sizes);

/// Runs each so often, in turns, each time on a store of its own, and the limits beside it.
void measure_engine(Report& report, const Options& options);

/// Runs those whose counts can be compared with a baseline, smaller and without the limits; what
/// `Options::quick` says makes no difference.
void measure_counts(Report& report, const Options& options);
