#pragma once

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "counts.hpp"

using SteadyClock = std::chrono::steady_clock;

[[nodiscard]] inline double seconds_since(SteadyClock::time_point begin) {
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

/// What a workload came to that was run once.
struct Run {
  std::size_t units = 0;
  double seconds = 0;
  std::vector<double> latencies;  ///< seconds; of each unit, if it was timed by itself
  Counts counts;                  ///< of one unit, on average

  [[nodiscard]] double rate() const { return static_cast<double>(units) / seconds; }
};

/// Times and counts `work`, which does so many units. What it returns, if anything, are their latencies.
template <class Work>
[[nodiscard]] Run measured(std::size_t units, const Work& work) {
  Run run;
  run.units = units;
  const Counts before = counts_so_far();
  const auto begin = SteadyClock::now();
  if constexpr (std::is_void_v<decltype(work())>) {
    work();
  } else {
    run.latencies = work();
  }
  run.seconds = seconds_since(begin);
  run.counts = counts_so_far();
  run.counts -= before;
  run.counts /= static_cast<double>(units);
  return run;
}

/// The value of a result; throws its error.
template <class R>
auto must(R result) {
  if (!result) {
    throw std::runtime_error(result.error().to_string());
  }
  return std::move(*result);
}
