#include "runtime/activity_runner.hpp"

#include <string>
#include <utility>

#include "runtime/activity_call.hpp"
#include "runtime/activity_watch.hpp"
#include "runtime/short_activity.hpp"

namespace duroxide::runtime {

ActivityRunner::ActivityRunner(SharedEnvironment environment)
    : environment_(std::move(environment)),
      log_([shared = environment_](const LogRecord& record) { shared->log(record); }),
      client_([shared = environment_] { return shared->make_client(); }) {}

ActivityEnded ActivityRunner::run(const RunActivity& run) const {
  if (run.delivery->stop.stop_requested()) {
    return ActivityEnded{};
  }
  return ActivityEnded{completion_of(run)};
}

std::optional<WorkItem> ActivityRunner::completion_of(const RunActivity& run) const {
  const Delivery& delivery = *run.delivery;
  std::optional<ShortActivity> watched;
  if (delivery.way == Delivery::Way::short_running) {
    watched.emplace(*environment_, delivery.item.item);
  }
  const ActivityWatch watch(delivery.meter, delivery.run_length);
  auto completion =
      call_activity(*environment_, delivery.item, *delivery.handler, services_for(run));
  watch.ended(completion, delivery.stop.stop_requested());
  return completion;
}

/// References, for less work: what they refer to outlives the call, and so the context.
ActivityContext::Services ActivityRunner::services_for(const RunActivity& run) const {
  ActivityContext::Services services;
  services.log = std::ref(log_);
  services.stop = run.delivery->stop.get_token();
  services.heartbeat = [&run, clock = environment_->clock.get()](const ActivityToken&,
                                                                 std::string details) {
    if (run.delivery->item.item.timeouts) {
      run.delivery->gives_sign(clock->now());
    }
    if (run.delivery->offer_progress(std::move(details))) {
      actors::send_from_outside(run.dispatcher, ProgressMade{run.delivery});
    }
  };
  services.client = std::ref(client_);
  return services;
}

}  // namespace duroxide::runtime
