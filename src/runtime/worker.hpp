#pragma once

#include <functional>

#include <duroxide/client.hpp>

#include "runtime/delivery.hpp"
#include "runtime/environment.hpp"
#include "runtime/messages.hpp"

namespace duroxide::runtime {

/// Runs one activity at a time, on a thread of its own because activities may block, and sends the
/// result straight to the store.
class Worker final : public WorkerActor::base {
 public:
  Worker(caf::actor_config& config, SharedEnvironment environment);

  behavior_type make_behavior() override;

 private:
  [[nodiscard]] ActivityContext::Services services_for(const RunActivity& run) const;
  void acknowledge(provider::LockToken token, WorkItem completion);
  void refused(provider::LockToken token, const ProviderError& error);

  SharedEnvironment environment_;
  LogSink log_;
  std::function<Client()> client_;
};

}  // namespace duroxide::runtime
