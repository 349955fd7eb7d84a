#include "runtime/worker.hpp"

#include <utility>

#include "runtime/stint.hpp"

namespace duroxide::runtime {

Worker::Worker(caf::actor_config& config, SharedEnvironment environment)
    : WorkerActor::base(config), runner_(std::move(environment)) {}

Worker::behavior_type Worker::make_behavior() {
  return {[this](const RunActivity& run) {
    if (run.stint == nullptr) {
      return runner_.run(run);
    }
    run_stint(run);
    return ActivityEnded{};
  }};
}

void Worker::run_stint(const RunActivity& run) {
  RunActivity each{nullptr, run.dispatcher};
  while ((each.delivery = run.stint->take()) != nullptr) {
    if (run.stint->ended(runner_.run(each))) {
      actors::send_from_outside(run.dispatcher, StintHasNews{run.stint});
    }
  }
}

}  // namespace duroxide::runtime
