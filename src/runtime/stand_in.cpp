#include "runtime/stand_in.hpp"

#include <utility>

namespace duroxide::runtime {

StandIn::StandIn(caf::actor_config& config, SharedEnvironment environment,
                 actors::EngineScheduler* scheduler)
    : StandInActor::base(config), scheduler_(*scheduler), runner_(std::move(environment)) {}

StandIn::behavior_type StandIn::make_behavior() {
  return {[this](RunInstead& instead) {
    auto promise = make_response_promise<ActivityEnded>();
    ActivityEnded ended;
    if (scheduler_.run_if_idle([&] { ended = runner_.run(instead.run); })) {
      promise.deliver(std::move(ended));
    } else {
      promise.delegate(instead.worker, std::move(instead.run));
    }
    return promise;
  }};
}

}  // namespace duroxide::runtime
