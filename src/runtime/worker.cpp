#include "runtime/worker.hpp"

#include <utility>

#include "runtime/activity_call.hpp"

namespace duroxide::runtime {

namespace {

/// Before an activity whose result the store would not take runs again.
constexpr Milliseconds pause_after_refusal{200};

}  // namespace

Worker::Worker(caf::actor_config& config, SharedEnvironment environment)
    : WorkerActor::base(config),
      environment_(std::move(environment)),
      log_([shared = environment_](const LogRecord& record) { shared->log(record); }) {}

Worker::behavior_type Worker::make_behavior() {
  return {[this](RunActivity& run) {
    acknowledge(run.item.lock_token,
                call_activity(run.item.item, run.item.attempt_count, *run.handler, log_));
    return ActivityEnded{};
  }};
}

void Worker::acknowledge(provider::LockToken token, WorkItem completion) {
  actors::ask(
      this, environment_->provider, provider::AckWorker{token, std::move(completion)},
      [this, token](const Done& reply) {
        if (!reply) {
          refused(token, reply.error());
        }
      },
      [] {});
}

void Worker::refused(provider::LockToken token, const ProviderError& error) {
  if (environment_->is_closed(error) || error.kind == ProviderError::Kind::invalid_lock_token) {
    return;  // nobody waits for the result any more: it was cancelled, or runs again elsewhere
  }
  environment_->log(LogLevel::warn,
                    "the store refused the result of an activity: " + error.to_string());
  provider::AbandonWorker abandon;
  abandon.lock_token = token;
  abandon.delay = pause_after_refusal;
  actors::ask(
      this, environment_->provider, std::move(abandon), [](const Done&) {}, [] {});
}

}  // namespace duroxide::runtime
