#pragma once

// The one home of what an engine counts and measures while it works. What can be read from the store
// itself, such as how many instances there are, is not counted here: `queries/metric_families.hpp`.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <duroxide/metrics.hpp>

#include "model/meters.hpp"

namespace duroxide::model {

/// What has become of the code in a turn.
enum class TurnEnd : std::uint8_t {
  waiting,  ///< for something
  completed,
  failed,
  cancelled,
  continued_as_new,
  answered,  ///< it was only asked queries
};
inline constexpr std::size_t turn_ends = static_cast<std::size_t>(TurnEnd::answered) + 1;

/// How the code of an activity has returned.
enum class ActivityEnd : std::uint8_t {
  completed,
  failed,
  cancelled,  ///< whatever it returned: nobody waits for it any more
  open,       ///< it left its call to be completed later
};
inline constexpr std::size_t activity_ends = static_cast<std::size_t>(ActivityEnd::open) + 1;

/// Upper bounds in seconds: of what takes microseconds, and of what may take hours.
inline constexpr std::array short_lengths{1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4,
                                          1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2,
                                          1e-1, 2.5e-1, 5e-1, 1.0,  2.5,    10.0};
inline constexpr std::array long_lengths{1e-4, 5e-4, 1e-3, 5e-3, 1e-2, 5e-2,  1e-1,   5e-1,
                                         1.0,  5.0,  10.0, 30.0, 60.0, 300.0, 1800.0, 3600.0};

/// Names that label a family are few, so that whoever keeps its series can plan for them; those beyond
/// share the label `other`.
inline constexpr std::size_t most_names = 50;
inline constexpr const char* other_names = "other";

/// How long the runs of one activity take.
class ActivityMeter {
 public:
  void observe(ActivityEnd end, Seconds length) {
    by_end_[static_cast<std::size_t>(end)].observe(length);
  }
  /// Adds a sample for each end that was seen.
  void add_samples(const std::string& activity, std::vector<MetricSample>& samples) const;

 private:
  std::array<Histogram, activity_ends> by_end_{Histogram(long_lengths), Histogram(long_lengths),
                                               Histogram(long_lengths), Histogram(long_lengths)};
};

/// What an open store and the runtimes of this process on it count. Thread-safe. Whoever records has a
/// pointer to it, which is null if nothing is to be recorded.
class Metrics {
 public:
  Metrics() = default;
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void count_turn(TurnEnd end) { turns_[static_cast<std::size_t>(end)].add(); }
  /// That of an activity, for as long as this lives. Takes a lock: ask once for each registration.
  [[nodiscard]] ActivityMeter& activity(const std::string& name);

  // Turns.
  Histogram turn_duration{short_lengths};
  Histogram turn_wait{short_lengths};
  Counter turns_refused;
  Counter replays;
  Counter replayed_events;
  Counter retries;
  Counter turn_redeliveries;
  // Activities.
  Histogram activity_wait{long_lengths};
  Counter activity_redeliveries;
  // Timers.
  Histogram timer_lateness{long_lengths};
  // The disk.
  Counter commits;
  Counter log_bytes;
  Histogram flush_duration{short_lengths};
  Histogram checkpoint_duration{short_lengths};
  Counter failed_checkpoints;

  /// Adds a family for each of the above. `slow_turns` is counted by who lists them, `OverdueTurns`.
  void collect(std::uint64_t slow_turns, std::vector<MetricFamily>& families) const;

 private:
  [[nodiscard]] MetricFamily activity_durations() const;

  std::array<Counter, turn_ends> turns_;
  mutable std::mutex names_mutex_;
  std::map<std::string, std::unique_ptr<ActivityMeter>> activities_;
};

}  // namespace duroxide::model
