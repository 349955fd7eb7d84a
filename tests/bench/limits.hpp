#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "report.hpp"

// What the same disk and machine can do, to be measured in the same run. Seconds of each; all throw
// `std::runtime_error`.

/// Synced LMDB commits of one record each.
[[nodiscard]] std::vector<double> raw_commits(const std::filesystem::path& directory,
                                              std::size_t commits, std::size_t record_bytes = 200);

/// Writes to the end of what was written in a file that was filled with zeros before, each with one
/// `fdatasync`.
[[nodiscard]] std::vector<double> synced_appends(const std::filesystem::path& directory,
                                                 std::size_t appends, std::size_t bytes);

/// Questions of one actor to another, each with its answer, on a scheduler set up as the engine's.
[[nodiscard]] std::vector<double> actor_round_trips(std::size_t trips);

/// Questions of a thread, which waits for the answer, to an actor on such a scheduler: two threads are
/// woken for each.
[[nodiscard]] std::vector<double> thread_round_trips(std::size_t trips);

/// All of them, run by run.
class Limits {
 public:
  void measure(const std::filesystem::path& directory, std::size_t times);

  /// Median microseconds of a commit, of each run.
  [[nodiscard]] const std::vector<double>& commits() const { return commit_.p50; }

  /// Puts them into a row of the report, and where its times are judged by them.
  void report_to(Report& report) const;

 private:
  /// Microseconds, of each run.
  struct Percentiles {
    std::vector<double> p50;
    std::vector<double> p99;

    void add(std::vector<double> seconds);
  };

  Percentiles commit_;
  Percentiles small_append_;
  Percentiles page_append_;
  Percentiles round_trip_;
  Percentiles thread_trip_;
};
