#include "runtime/retention.hpp"

#include <exception>
#include <utility>

#include "model/background.hpp"

namespace duroxide::runtime {

Retention::Retention(caf::actor_config& config, SharedEnvironment environment, StopFlag stopping)
    : RetentionActor::base(config),
      environment_(std::move(environment)),
      stopping_(std::move(stopping)),
      alarm_(this, environment_->clock) {}

Retention::behavior_type Retention::make_behavior() {
  alarm_.listen(RetentionActor(this));
  actors::send(this, RetentionActor(this), Tick{});
  return {
      [this](const Tick& tick) {
        if (alarm_.rings(tick)) {
          look();
        }
      },
      [this](Drain& drain) { end(drain); },
      [this](const GiveUp&) { quit(); },
  };
}

void Retention::on_exit() {
  alarm_.close();
}

void Retention::look() {
  const Timestamp now = environment_->clock->now();
  if (!next_look_ || *next_look_ <= now) {
    sweep();
    next_look_ =
        saturating_add(environment_->clock->now(), environment_->options.retention().check_every());
  }
  alarm_.set(next_look_);
}

void Retention::sweep() {
  if (*stopping_) {
    return;
  }
  if (!actors::is_deterministic(home_system())) {
    yield_to_others();
  }
  try {
    const auto management = environment_->make_client().management();
    if (management) {
      const RetentionPolicy& policy = environment_->options.retention();
      sweep(*management, ExecutionStatus::completed, policy.completed());
      sweep(*management, ExecutionStatus::failed, policy.failed());
      sweep(*management, ExecutionStatus::cancelled, policy.failed());
      drop_old_executions(*management);
    }
  } catch (const std::exception& error) {
    environment_->log(LogLevel::warn, std::string("retention: ") + error.what());
  }
}

void Retention::sweep(const ManagementClient& management, ExecutionStatus status,
                      std::optional<Milliseconds> age) const {
  if (!age || *stopping_) {
    return;
  }
  InstanceFilter filter;
  filter.status = {status};
  filter.updated_before = environment_->clock->now() - *age;
  filter.order = InstanceOrder::updated;
  const auto deleted = management.delete_instances(
      filter, {}, [this](const Progress&) { return !stopping_->load(); });
  if (!deleted) {
    environment_->log(LogLevel::warn, "retention: " + deleted.error().to_string());
  } else if (deleted->instances_deleted > 0) {
    environment_->log(LogLevel::info, "retention: deleted " +
                                          std::to_string(deleted->instances_deleted) +
                                          " instances that were " + std::string(to_string(status)));
  }
}

void Retention::drop_old_executions(const ManagementClient& management) {
  const auto options =
      environment_->options.retention().executions_to_drop(environment_->clock->now());
  if (!options || old_executions_dropped_ || *stopping_) {
    return;
  }
  InstanceFilter filter;
  filter.status = {ExecutionStatus::running};
  const auto pruned = management.prune_instances(
      filter, *options, [this](const Progress&) { return !stopping_->load(); });
  if (!pruned) {
    environment_->log(LogLevel::warn, "retention: " + pruned.error().to_string());
    return;
  }
  old_executions_dropped_ = true;
  if (pruned->executions_deleted > 0) {
    environment_->log(LogLevel::info, "retention: dropped " +
                                          std::to_string(pruned->executions_deleted) +
                                          " executions of instances that go on");
  }
}

void Retention::end(Drain& drain) {
  drain.on_drained();
  quit();
}

}  // namespace duroxide::runtime
