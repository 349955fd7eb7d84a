#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "options.hpp"
#include "report.hpp"
#include "workloads.hpp"

/// A workload of the engine, as a row of the report.
struct Measurement {
  std::string name;
  std::string unit;
  std::function<Run(Workloads&)> run;
  /// Bytes of the payload, for those that are to be compared with what these cost by themselves.
  std::size_t bytes = 0;
  /// Floors: how many synced commits a unit may take, and how many units there are in a second at least; 0
  /// if there is none.
  double most_commits = 0;
  double least_rate = 0;
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

[[nodiscard]] std::vector<Measurement> engine_measurements(const Sizes& sizes);

/// Runs each so often, in turns, each time on a store of its own, and the limits beside it.
void measure_engine(Report& report, const Options& options);
