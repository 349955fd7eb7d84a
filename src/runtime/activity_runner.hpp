#pragma once

#include <functional>
#include <optional>

#include <duroxide/client.hpp>

#include "runtime/delivery.hpp"
#include "runtime/environment.hpp"
#include "runtime/messages.hpp"

namespace duroxide::runtime {

/// Runs activities on the thread that calls it, for the actor that owns it.
class ActivityRunner {
 public:
  explicit ActivityRunner(SharedEnvironment environment);

  /// What came out of it. One that was cancelled on its way here is not run.
  [[nodiscard]] ActivityEnded run(const RunActivity& run) const;

 private:
  /// None if the activity left its call open.
  [[nodiscard]] std::optional<WorkItem> completion_of(const RunActivity& run) const;
  [[nodiscard]] ActivityContext::Services services_for(const RunActivity& run) const;

  SharedEnvironment environment_;
  LogSink log_;
  std::function<Client()> client_;
};

}  // namespace duroxide::runtime
