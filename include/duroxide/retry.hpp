#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include <duroxide/clock.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/detail/gcc12.hpp>
#include <duroxide/errors.hpp>

namespace duroxide::DUROXIDE_ABI {

/// How long to wait before the next attempt of a call.
class DUROXIDE_API Backoff {
 public:
  /// At once.
  [[nodiscard]] static Backoff none() { return {Kind::none, Milliseconds(0), 1.0}; }
  /// Always `delay`.
  [[nodiscard]] static Backoff fixed(Duration delay) { return {Kind::fixed, delay, 1.0}; }
  /// `base`, twice `base`, three times `base` …
  [[nodiscard]] static Backoff linear(Duration base) { return {Kind::linear, base, 1.0}; }
  /// `base`, then `factor` times as much each time.
  [[nodiscard]] static Backoff exponential(Duration base, double factor = 2.0) {
    return {Kind::exponential, base, factor};
  }

  /// The wait after the attempt `attempt` (1 is the first) has failed, at most `limit`.
  [[nodiscard]] Milliseconds after(std::uint32_t attempt, Duration limit) const;
  /// No negative delay, and a factor of at least 1.
  [[nodiscard]] bool is_valid() const {
    return base_ >= Milliseconds::zero() && base_ <= max_delay && factor_ >= 1.0;
  }

 private:
  enum class Kind : std::uint8_t { none, fixed, linear, exponential };
  Backoff(Kind kind, Milliseconds base, double factor)
      : kind_(kind), base_(base), factor_(factor) {}

  Kind kind_;
  Milliseconds base_;
  double factor_;
};

/// How often, and when, a failed activity or child is tried again. Setters chain.
///
/// The default: 3 attempts, with waits of 100 ms, 200 ms … up to 30 s between them; every failure is
/// worth another attempt, but for one that the runtime reports of the program (category
/// `configuration`). One that says *do not retry* (`ApplicationError`) is worth none under any policy.
class DUROXIDE_API RetryPolicy {
 public:
  RetryPolicy() {}  // NOLINT: an aggregate would meet GCC 12's coroutine defect

  /// Attempts in all, the first included; at least 1.
  RetryPolicy& max_attempts(std::uint32_t n) {
    max_attempts_ = n;
    return *this;
  }
  RetryPolicy& backoff(Backoff value) {
    backoff_ = value;
    return *this;
  }
  /// No wait is longer. Default 30 s.
  RetryPolicy& max_backoff(Duration value) {
    max_backoff_ = value;
    return *this;
  }
  /// Shortens each wait by a random part of it, at most `fraction` (0 to 1), so that many instances
  /// do not come back together. The part follows from the call's place in history, so replay finds
  /// the same.
  RetryPolicy& jitter(double fraction) {
    jitter_ = fraction;
    return *this;
  }
  /// An attempt that takes longer has failed with `ErrorKind::attempt_timed_out`; it is cancelled,
  /// and counts like any other failure.
  RetryPolicy& attempt_timeout(Duration value) {
    attempt_timeout_ = value;
    return *this;
  }
  /// Whether a failure is worth another attempt; not asked for one that says *do not retry*. Must
  /// depend on the error alone, as all orchestration code. Under GCC 12 a lambda with captures needs a
  /// name.
  RetryPolicy& retry_if(const std::function<bool(const ErrorDetails&)>& predicate);
  template <detail::HazardousCallable F>
  RetryPolicy& retry_if(F&&) {
    detail::check_callable<F>();
    return *this;
  }

  [[nodiscard]] std::uint32_t max_attempts() const { return max_attempts_; }
  [[nodiscard]] const Backoff& backoff() const { return backoff_; }
  [[nodiscard]] Milliseconds max_backoff() const { return max_backoff_; }
  [[nodiscard]] double jitter() const { return jitter_; }
  [[nodiscard]] const std::optional<Milliseconds>& attempt_timeout() const {
    return attempt_timeout_;
  }
  [[nodiscard]] bool should_retry(const ErrorDetails& error) const;

 private:
  std::uint32_t max_attempts_ = 3;
  Backoff backoff_ = Backoff::exponential(Milliseconds(100));
  Milliseconds max_backoff_{30'000};
  double jitter_ = 0.0;
  std::optional<Milliseconds> attempt_timeout_;
  std::function<bool(const ErrorDetails&)> retry_if_;
};

}  // namespace duroxide::DUROXIDE_ABI
