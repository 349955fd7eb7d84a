#pragma once

#include <functional>
#include <optional>

#include <duroxide/client.hpp>

#include "runtime/delivery.hpp"
#include "runtime/environment.hpp"
#include "runtime/messages.hpp"

namespace duroxide::runtime {

/// Runs one activity at a time, on a thread of its own because activities may block, or on the engine's
/// if they promise to be short. The result goes to the dispatcher, so that the store's answer wakes no
/// thread.
class Worker final : public WorkerActor::base {
 public:
  Worker(caf::actor_config& config, SharedEnvironment environment);

  behavior_type make_behavior() override;

 private:
  /// None if the activity left its call open.
  [[nodiscard]] std::optional<WorkItem> run(const RunActivity& run) const;
  [[nodiscard]] ActivityContext::Services services_for(const RunActivity& run) const;

  SharedEnvironment environment_;
  LogSink log_;
  std::function<Client()> client_;
};

}  // namespace duroxide::runtime
