#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <duroxide/clock.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/log.hpp>
#include <duroxide/management.hpp>
#include <duroxide/metrics.hpp>
#include <duroxide/result.hpp>

namespace duroxide::DUROXIDE_ABI {

/// Hands what `ManagementClient::metrics` gives to a function again and again, for a registry of the
/// user's own that is pushed to, or does not ask by itself. One that asks can call `metrics` when it does.
class DUROXIDE_API MetricsReporter {
 public:
  /// Takes all families at one moment. On the reporter's own thread, one call at a time; it may block, and
  /// what it throws goes to the log, once until it throws nothing.
  using Take = std::function<void(const std::vector<MetricFamily>&)>;
  using Started = Result<std::unique_ptr<MetricsReporter>, std::string>;

  /// Calls `take` at once, and then whenever `every` has passed by the system's steady clock. Metrics that
  /// cannot be had, after ten seconds of the store's clock or `every` if that is more, are left out:
  /// `log_sink` is told so once, until there are some again. Errors: `take` is empty, `every` is not
  /// positive or above 100 years, no thread can be had, the store is of a test system, which has none.
  [[nodiscard]] static Started start(ManagementClient management, Duration every, Take take,
                                     LogSink log_sink = stderr_log_sink(LogLevel::warn));

  MetricsReporter(const MetricsReporter&) = delete;
  MetricsReporter& operator=(const MetricsReporter&) = delete;
  /// Waits for a call of `take` that runs; there is none afterwards. On a thread of the engine's, and in
  /// `take` or the log sink, it does not wait: a call that was about to be made may come after it, so what
  /// they use must be theirs then.
  ~MetricsReporter();

 private:
  class Impl;
  explicit MetricsReporter(std::shared_ptr<Impl> impl);

  std::shared_ptr<Impl> impl_;
};

}  // namespace duroxide::DUROXIDE_ABI
