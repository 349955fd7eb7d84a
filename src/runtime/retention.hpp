#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "runtime/environment.hpp"
#include "runtime/messages.hpp"

namespace duroxide::runtime {

/// Set before the actor is told to end: it looks at this between two transactions.
using StopFlag = std::shared_ptr<std::atomic<bool>>;

/// Deletes ended instances as `RuntimeOptions::retention` says. What it says of executions is done as
/// instances continue; here that is done once, for those that were there before. Has a thread of its
/// own, which may block.
class Retention final : public RetentionActor::base {
 public:
  Retention(caf::actor_config& config, SharedEnvironment environment, StopFlag stopping);

  behavior_type make_behavior() override;
  void on_exit() override;

 private:
  void look();
  void sweep();
  void drop_old_executions(const ManagementClient& management);
  void sweep(const ManagementClient& management, ExecutionStatus status,
             std::optional<Milliseconds> age) const;
  void end(Drain& drain);

  SharedEnvironment environment_;
  StopFlag stopping_;
  Alarm<Retention> alarm_;
  std::optional<Timestamp> next_look_;
  bool old_executions_dropped_ = false;
};

}  // namespace duroxide::runtime
