#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "runtime/alarm.hpp"
#include "runtime/environment.hpp"
#include "runtime/messages.hpp"

namespace duroxide::runtime {

/// Set before the actor is told to end: it looks at this between two instances.
using StopFlag = std::shared_ptr<std::atomic<bool>>;

/// Deletes ended instances as `RuntimeOptions::retention` says. Has a thread of its own, which may
/// block.
class Retention final : public RetentionActor::base {
 public:
  Retention(caf::actor_config& config, SharedEnvironment environment, StopFlag stopping);

  behavior_type make_behavior() override;
  void on_exit() override;

 private:
  void look();
  void sweep() const;
  void sweep(const ManagementClient& management, ExecutionStatus status,
             std::optional<Milliseconds> age) const;
  void end(Drain& drain);

  SharedEnvironment environment_;
  StopFlag stopping_;
  Alarm<Retention> alarm_;
  std::optional<Timestamp> next_look_;
};

}  // namespace duroxide::runtime
