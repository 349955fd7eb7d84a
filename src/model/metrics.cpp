#include "model/metrics.hpp"

#include <initializer_list>
#include <string_view>
#include <utility>

#include "model/metric_family.hpp"

namespace duroxide::model {

namespace {

constexpr std::array<std::string_view, turn_ends> names_of_turn_ends{
    "waiting", "completed", "failed", "cancelled", "continued_as_new", "answered"};
constexpr std::array<std::string_view, activity_ends> names_of_activity_ends{"completed", "failed",
                                                                             "cancelled", "open"};

MetricFamily counter_of(std::string name, std::string help, std::uint64_t value,
                        std::string unit = {}) {
  MetricFamily family =
      make_family(std::move(name), std::move(help), MetricKind::counter, std::move(unit));
  family.samples.push_back(sample_of({}, value));
  return family;
}

MetricFamily histogram_of(std::string name, std::string help, const Histogram& histogram) {
  MetricFamily family =
      make_family(std::move(name), std::move(help), MetricKind::histogram, "seconds");
  family.bounds.assign(histogram.bounds().begin(), histogram.bounds().end());
  family.samples.push_back(histogram.sample());
  return family;
}

}  // namespace

MetricSample Histogram::sample() const {
  MetricSample sample;
  for (std::size_t i = 0; i <= bounds_.size(); ++i) {
    sample.buckets.push_back(buckets_[i].load(std::memory_order_relaxed));
    sample.count += sample.buckets.back();
  }
  sample.sum = sum_.load(std::memory_order_relaxed);
  return sample;
}

void ActivityMeter::add_samples(const std::string& activity,
                                std::vector<MetricSample>& samples) const {
  for (std::size_t end = 0; end < activity_ends; ++end) {
    MetricSample sample = by_end_[end].sample();
    if (sample.count > 0) {
      sample.labels = {{"activity", activity},
                       {"outcome", std::string(names_of_activity_ends[end])}};
      samples.push_back(std::move(sample));
    }
  }
}

ActivityMeter& Metrics::activity(const std::string& name) {
  const std::lock_guard lock(names_mutex_);
  const bool is_one_too_many = activities_.size() >= most_names && !activities_.contains(name);
  auto& meter = activities_[is_one_too_many ? std::string(other_names) : name];
  if (meter == nullptr) {
    meter = std::make_unique<ActivityMeter>();
  }
  return *meter;
}

MetricFamily Metrics::activity_durations() const {
  MetricFamily family = make_family(
      "duroxide_activity_duration_seconds",
      "How long the code of activities ran, by activity and how it returned; a coroutine's waits "
      "are in it.",
      MetricKind::histogram, "seconds");
  family.bounds.assign(long_lengths.begin(), long_lengths.end());
  const std::lock_guard lock(names_mutex_);
  for (const auto& [name, meter] : activities_) {
    meter->add_samples(name, family.samples);
  }
  return family;
}

void Metrics::collect(std::uint64_t slow_turns, std::vector<MetricFamily>& families) const {
  MetricFamily turns =
      make_family("duroxide_turns_total", "Turns that were run, by what became of the code.",
                  MetricKind::counter);
  for (std::size_t end = 0; end < turn_ends; ++end) {
    turns.samples.push_back(
        sample_of({{"outcome", std::string(names_of_turn_ends[end])}}, turns_[end].value()));
  }
  MetricFamily redeliveries =
      make_family("duroxide_redeliveries_total",
                  "Turns and activities that were handed out again, as they had not ended before.",
                  MetricKind::counter);
  redeliveries.samples.push_back(sample_of({{"queue", "turns"}}, turn_redeliveries.value()));
  redeliveries.samples.push_back(
      sample_of({{"queue", "activities"}}, activity_redeliveries.value()));

  families.push_back(std::move(turns));
  families.push_back(histogram_of("duroxide_turn_duration_seconds",
                                  "How long the code of orchestrations ran in a turn, its replay "
                                  "included.",
                                  turn_duration));
  families.push_back(histogram_of("duroxide_turn_wait_seconds",
                                  "How long instances with messages waited for their turn to be "
                                  "handed out, since they were last put into the queue.",
                                  turn_wait));
  families.push_back(counter_of("duroxide_slow_turns_total",
                                "Turns whose code ran for a second or more without awaiting "
                                "anything.",
                                slow_turns));
  families.push_back(counter_of("duroxide_turns_refused_total",
                                "Turns whose result the store did not take.",
                                turns_refused.value()));
  families.push_back(counter_of("duroxide_replays_total",
                                "Turns that began with a replay of the history.", replays.value()));
  families.push_back(counter_of("duroxide_replayed_events_total", "Events in those histories.",
                                replayed_events.value()));
  families.push_back(counter_of("duroxide_retries_total",
                                "Attempts of activities and children that a retry policy made "
                                "beyond the first.",
                                retries.value()));
  families.push_back(std::move(redeliveries));
  families.push_back(activity_durations());
  families.push_back(histogram_of("duroxide_activity_wait_seconds",
                                  "How long activities waited to be handed to a runtime, since "
                                  "they were last put into the queue.",
                                  activity_wait));
  families.push_back(histogram_of("duroxide_timer_lateness_seconds",
                                  "How late timers, deadlines, and starts and messages with a "
                                  "delay were delivered.",
                                  timer_lateness));
  families.push_back(
      counter_of("duroxide_commits_total", "Commits of the store.", commits.value()));
  families.push_back(counter_of("duroxide_log_written_bytes_total",
                                "Bytes that commits have appended to the log.", log_bytes.value(),
                                "bytes"));
  families.push_back(histogram_of("duroxide_flush_duration_seconds",
                                  "How long flushes of the log to the disk took.", flush_duration));
  families.push_back(histogram_of("duroxide_checkpoint_duration_seconds",
                                  "How long it took to bring the log into the database, each "
                                  "time.",
                                  checkpoint_duration));
  families.push_back(counter_of("duroxide_checkpoint_failures_total",
                                "Attempts to bring the log into the database that failed.",
                                failed_checkpoints.value()));
}

}  // namespace duroxide::model
