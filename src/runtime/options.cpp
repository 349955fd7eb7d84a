#include "runtime/options.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "model/limits.hpp"

namespace duroxide::DUROXIDE_ABI {

RuntimeOptions::RuntimeOptions()
    : worker_concurrency_(std::max<std::size_t>(4, 2 * std::thread::hardware_concurrency())),
      log_sink_(stderr_log_sink(LogLevel::warn)) {}

}  // namespace duroxide::DUROXIDE_ABI

namespace duroxide::runtime {

namespace {

/// Each worker is a thread.
constexpr std::size_t most_workers = 4'096;
constexpr std::size_t most_turns = 1'000'000;

void require(bool good, std::string_view rule, std::string& problems) {
  if (!good) {
    problems.append(problems.empty() ? "" : "\n").append(rule);
  }
}

bool is_delay(Milliseconds value) {
  return value.count() >= 0 && value <= max_delay;
}

}  // namespace

Result<void, RuntimeError> check_options(const RuntimeOptions& options) {
  std::string problems;
  require(
      options.orchestration_concurrency() >= 1 && options.orchestration_concurrency() <= most_turns,
      "orchestration_concurrency must be from 1 to 1000000", problems);
  require(options.worker_concurrency() >= 1 && options.worker_concurrency() <= most_workers,
          "worker_concurrency must be from 1 to 4096", problems);
  require(options.coroutine_concurrency() >= 1 && options.coroutine_concurrency() <= most_turns,
          "coroutine_concurrency must be from 1 to 1000000", problems);
  require(options.idle_eviction() > Milliseconds(0) && is_delay(options.idle_eviction()),
          "idle_eviction must be positive and at most 100 years", problems);
  require(options.max_attempts() >= 1, "max_attempts must be at least 1", problems);
  require(options.unregistered_base() > Milliseconds(0) &&
              options.unregistered_base() <= options.unregistered_longest() &&
              is_delay(options.unregistered_longest()),
          "unregistered_backoff must begin above 0 and end at the same or a longer delay, of at "
          "most 100 years",
          problems);
  require(
      options.session_idle_timeout() > Milliseconds(0) && is_delay(options.session_idle_timeout()),
      "session_idle_timeout must be positive and at most 100 years", problems);
  require(is_delay(options.activity_cancellation_grace()),
          "activity_cancellation_grace must be from 0 to 100 years", problems);
  require(options.max_values() >= 1, "max_values must be at least 1", problems);
  require(options.max_value_bytes() >= 1, "max_value_bytes must be at least 1", problems);
  require(options.max_custom_status_bytes() >= 1, "max_custom_status_bytes must be at least 1",
          problems);
  for (const std::string& tag : options.worker_tags().tags()) {
    if (const auto good = model::check_name("tag", tag); !good) {
      require(false, "worker_tags: " + good.error().what, problems);
    }
  }
  const RetentionPolicy& retention = options.retention();
  for (const auto& age : {retention.completed(), retention.failed(), retention.executions()}) {
    require(!age || is_delay(*age), "retention: an age must be from 0 to 100 years", problems);
  }
  require(retention.kept_executions().value_or(1) >= 1,
          "retention: keep_executions must be at least 1", problems);
  require(retention.check_every() > Milliseconds(0) && is_delay(retention.check_every()),
          "retention: check_every must be positive and at most 100 years", problems);
  require(is_delay(options.stop_timeout()), "stop_timeout must be from 0 to 100 years", problems);
  const auto http_problem =
      options.http() ? options.http()->problem() : std::optional<std::string_view>();
  require(!http_problem, http_problem.value_or(""), problems);
  require(options.log_sink() != nullptr, "log_sink must not be empty", problems);
  if (!problems.empty()) {
    return failure(RuntimeError{RuntimeError::Kind::invalid_options, std::move(problems)});
  }
  return {};
}

}  // namespace duroxide::runtime
