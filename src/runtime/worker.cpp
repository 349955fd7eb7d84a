#include "runtime/worker.hpp"

#include <utility>

namespace duroxide::runtime {

Worker::Worker(caf::actor_config& config, SharedEnvironment environment)
    : WorkerActor::base(config), runner_(std::move(environment)) {}

Worker::behavior_type Worker::make_behavior() {
  return {[this](const RunActivity& run) { return runner_.run(run); }};
}

}  // namespace duroxide::runtime
