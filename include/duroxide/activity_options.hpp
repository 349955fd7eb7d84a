#pragma once

#include <optional>
#include <string>
#include <utility>

#include <duroxide/clock.hpp>
#include <duroxide/retry.hpp>

namespace duroxide::DUROXIDE_ABI {

/// Options of an activity call. Setters chain.
class ActivityOptions {
 public:
  ActivityOptions() {}  // NOLINT: an aggregate would meet GCC 12's coroutine defect

  /// Tries again when it fails. Each attempt is a schedule of its own in history. Default: one
  /// attempt.
  ActivityOptions& retry(RetryPolicy policy) {
    retry_ = std::move(policy);
    return *this;
  }
  /// The call, with all its attempts and the waits between them, fails with `ErrorKind::timed_out`
  /// when it takes longer, and is cancelled. Default: it may take for ever.
  ActivityOptions& timeout(Duration value) {
    timeout_ = value;
    return *this;
  }
  /// A call whose activity has not begun to run so long after its schedule (since no worker is free, or
  /// none knows it) is taken back, and fails with `ErrorKind::attempt_timed_out`, so that a retry policy
  /// schedules it anew. One that has begun once has begun, whatever ends its process; but not one that a
  /// runtime which stops gives back. Default: it may wait for ever.
  ActivityOptions& start_timeout(Duration value) {
    start_timeout_ = value;
    return *this;
  }
  /// A delivery of the activity that has run for so long is told to stop, as if it were cancelled, and
  /// fails with `ErrorKind::attempt_timed_out`, so that a retry policy tries it again, while the first may
  /// still be running. Waiting for a worker does not count, nor what an earlier delivery has taken before
  /// the process ended. A pure activity, and one that leaves its call open and has returned, have no such
  /// limit. Default: it may run for ever.
  ActivityOptions& run_timeout(Duration value) {
    run_timeout_ = value;
    return *this;
  }
  /// The same for a delivery that has sent no heartbeat for so long, since it began to run or since the
  /// last: so that one which hangs is given up early, and one which gets on may take what time it needs.
  /// What a `Client` sends with the activity's token does not count while its function runs.
  ActivityOptions& heartbeat_timeout(Duration value) {
    heartbeat_timeout_ = value;
    return *this;
  }
  /// Only workers that accept this tag run it. Default: none.
  ActivityOptions& tag(std::string value) {
    tag_ = std::move(value);
    return *this;
  }
  /// All activities of one session run on the same worker thread of one runtime, one after another,
  /// whatever instance they belong to, until the session has been idle for
  /// `RuntimeOptions::session_idle_timeout` or the process ends. Default: none.
  ActivityOptions& session(std::string id) {
    session_ = std::move(id);
    return *this;
  }

  [[nodiscard]] const std::optional<RetryPolicy>& retry() const { return retry_; }
  [[nodiscard]] const std::optional<Milliseconds>& timeout() const { return timeout_; }
  [[nodiscard]] const std::optional<Milliseconds>& start_timeout() const { return start_timeout_; }
  [[nodiscard]] const std::optional<Milliseconds>& run_timeout() const { return run_timeout_; }
  [[nodiscard]] const std::optional<Milliseconds>& heartbeat_timeout() const {
    return heartbeat_timeout_;
  }
  [[nodiscard]] const std::optional<std::string>& tag() const { return tag_; }
  [[nodiscard]] const std::optional<std::string>& session() const { return session_; }

 private:
  std::optional<RetryPolicy> retry_;
  std::optional<Milliseconds> timeout_;
  std::optional<Milliseconds> start_timeout_;
  std::optional<Milliseconds> run_timeout_;
  std::optional<Milliseconds> heartbeat_timeout_;
  std::optional<std::string> tag_;
  std::optional<std::string> session_;
};

}  // namespace duroxide::DUROXIDE_ABI
