#include "runtime/coroutine_worker.hpp"

#include <optional>
#include <utility>

namespace duroxide::runtime {

CoroutineWorker::CoroutineWorker(caf::actor_config& config, SharedEnvironment environment)
    : CoroutineWorkerActor::base(config),
      environment_(std::move(environment)),
      alarm_(this, environment_->clock) {}

CoroutineWorker::behavior_type CoroutineWorker::make_behavior() {
  alarm_.listen(CoroutineWorkerActor(this));
  return {
      [this](const RunActivity& run) {
        auto promise = make_response_promise<ActivityEnded>();
        const auto begun = std::make_shared<CoroutineRun>(
            run.delivery,
            WayToActors::Ends{environment_, run.dispatcher, CoroutineWorkerActor(this)}, sleepers_);
        begun->promise = promise;
        runs_.insert(begun);
        begun->begin();
        look_at(begun);
        return promise;
      },
      [this](const GoOn& awaited) {
        awaited.run->done(*awaited.completion);
        look_at(awaited.run);
      },
      [this](const OrderRun& order) {
        order.run->obey(order.order);
        look_at(order.run);
      },
      [this](const actors::Tick& tick) {
        if (alarm_.rings(tick)) {
          time_has_passed();
        }
      },
  };
}

void CoroutineWorker::on_exit() {
  alarm_.close();
  environment_->wake_times->set(this, std::nullopt);
  for (const auto& run : runs_) {
    actors::refuse(run->promise);  // whoever waits for it learns that its worker is gone
    run->let_go_unfinished();
  }
  sleepers_->clear();
  runs_.clear();
  sleepers_.reset();
}

void CoroutineWorker::look_at(const std::shared_ptr<CoroutineRun>& run) {
  if (auto ended = run->ended()) {
    run->promise.deliver(std::move(*ended));
    run->let_go();
    runs_.erase(run);
  }
  set_alarm();
}

void CoroutineWorker::set_alarm() {
  const auto next = sleepers_->next_due();
  environment_->wake_times->set(this, next);
  alarm_.set(next);
}

void CoroutineWorker::time_has_passed() {
  const Timestamp now = environment_->clock->now();
  while (const auto sleeper = sleepers_->take_due(now)) {
    sleeper->run->done(*sleeper->completion);
    look_at(sleeper->run);
  }
  set_alarm();
}

}  // namespace duroxide::runtime
