#include "runtime/worker.hpp"

#include <functional>
#include <optional>
#include <utility>

#include "runtime/activity_call.hpp"

namespace duroxide::runtime {

namespace {

/// Before an activity whose result the store would not take runs again.
constexpr Milliseconds pause_after_refused_result{200};

}  // namespace

Worker::Worker(caf::actor_config& config, SharedEnvironment environment)
    : WorkerActor::base(config),
      environment_(std::move(environment)),
      log_([shared = environment_](const LogRecord& record) { shared->log(record); }),
      client_([shared = environment_] { return shared->make_client(); }) {}

Worker::behavior_type Worker::make_behavior() {
  return {[this](const RunActivity& run) {
    const Delivery& delivery = *run.delivery;
    if (delivery.stop.stop_requested()) {
      return ActivityEnded{};  // it was cancelled on its way here
    }
    auto completion = call_activity(delivery.item, *delivery.handler, services_for(run));
    if (completion) {
      acknowledge(delivery.item.lock_token, std::move(*completion));
    }
    return ActivityEnded{};
  }};
}

/// References, for less work: what they refer to outlives the call, and so the context.
ActivityContext::Services Worker::services_for(const RunActivity& run) const {
  ActivityContext::Services services;
  services.log = std::ref(log_);
  services.stop = run.delivery->stop.get_token();
  services.heartbeat = [&run](const ActivityToken&, std::string details) {
    if (run.delivery->offer_progress(std::move(details))) {
      actors::send_from_outside(run.dispatcher, ProgressMade{run.delivery});
    }
  };
  services.client = std::ref(client_);
  return services;
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
  abandon.delay = pause_after_refused_result;
  actors::ask(
      this, environment_->provider, std::move(abandon), [](const Done&) {}, [] {});
}

}  // namespace duroxide::runtime
