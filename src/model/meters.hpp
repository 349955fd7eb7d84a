#pragma once

// What counts and measures in the way of every step. It takes no lock and allocates nothing: counting is
// one atomic addition, and an observation two. All are safe to use from any number of threads; whoever
// reads sees each number as it was at some moment since the reading began.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

#include <duroxide/metrics.hpp>

#include "model/invariant.hpp"

namespace duroxide::model {

/// A moment by which lengths of time are measured. The default stands for one that nobody has measured.
using Instant = std::chrono::steady_clock::time_point;
using Seconds = std::chrono::duration<double>;

/// A number that only grows.
class Counter {
 public:
  void add(std::uint64_t more = 1) { value_.fetch_add(more, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// How many lengths of time fell into which bucket.
class Histogram {
 public:
  static constexpr std::size_t most_bounds = 18;
  /// Upper bounds of the buckets, in seconds, ascending. They must outlive the histogram.
  using Bounds = std::span<const double>;

  explicit Histogram(Bounds bounds) : bounds_(bounds) {
    DUROXIDE_INVARIANT(bounds.size() <= most_bounds && std::is_sorted(bounds.begin(), bounds.end()),
                       "a histogram has few bounds, which ascend");
  }

  /// A length below zero, as when a clock was set back, counts as none.
  void observe(Seconds length) {
    const double seconds = std::max(length.count(), 0.0);
    const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), seconds);
    buckets_[static_cast<std::size_t>(bucket - bounds_.begin())].fetch_add(
        1, std::memory_order_relaxed);
    sum_.fetch_add(seconds, std::memory_order_relaxed);
  }

  [[nodiscard]] Bounds bounds() const { return bounds_; }
  /// Without labels. Its count is that of its buckets; of observations that are made meanwhile the sum
  /// may hold others.
  [[nodiscard]] MetricSample sample() const;

 private:
  Bounds bounds_;
  std::array<std::atomic<std::uint64_t>, most_bounds + 1> buckets_{};
  std::atomic<double> sum_{0};
};

/// Observes how long it lives. Does nothing without a histogram, which must outlive it.
class Measured {
 public:
  explicit Measured(Histogram* histogram) : histogram_(histogram) {
    if (histogram_ != nullptr) {
      since_ = std::chrono::steady_clock::now();
    }
  }
  ~Measured() {
    if (histogram_ != nullptr) {
      histogram_->observe(std::chrono::steady_clock::now() - since_);
    }
  }
  Measured(const Measured&) = delete;
  Measured& operator=(const Measured&) = delete;

 private:
  Histogram* histogram_;
  Instant since_{};
};

}  // namespace duroxide::model
