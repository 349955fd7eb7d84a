#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <duroxide/activity_task.hpp>
#include <duroxide/handlers.hpp>

#include "runtime/activity_watch.hpp"
#include "runtime/attempt_hooks.hpp"
#include "runtime/delivery.hpp"
#include "runtime/environment.hpp"
#include "runtime/messages.hpp"
#include "runtime/sleepers.hpp"

namespace duroxide::runtime {

class CoroutineRun;

/// To a worker of coroutines: `completion`, which a coroutine of the run awaits, is done.
struct GoOn {
  std::shared_ptr<CoroutineRun> run;
  detail::Completion* completion = nullptr;
};

/// To the same: see `Delivery::Order`.
struct OrderRun {
  std::shared_ptr<CoroutineRun> run;
  Delivery::Order order = Delivery::Order::stop;
};

using CoroutineWorkerActor =
    actors::Actor<actors::Replies<RunActivity, ActivityEnded>, actors::Accepts<GoOn>,
                  actors::Accepts<OrderRun>, actors::Accepts<actors::Tick>>;

/// The way from a run to the actors around it, which it may outlive: whatever it awaits elsewhere keeps it
/// alive. Cut when its worker ends. Any thread may use it.
class WayToActors {
 public:
  struct Ends {
    SharedEnvironment environment;
    ActivityDispatcherActor dispatcher;
    CoroutineWorkerActor worker;
  };

  explicit WayToActors(Ends ends) : ends_(std::move(ends)) {}

  /// Calls `use` with what there is, unless it was cut, and holds off `cut` meanwhile.
  template <class Use>
  void with(const Use& use) const {
    const std::lock_guard lock(mutex_);
    if (ends_) {
      use(*ends_);
    }
  }
  void cut();

 private:
  mutable std::mutex mutex_;
  std::optional<Ends> ends_;
};

/// One run of an activity that is a coroutine. Its worker keeps it until it is over, and whatever it awaits
/// elsewhere until that resumes it. All of the thread of its worker, but for what `wake_up` gives.
class CoroutineRun final : public detail::ActivityRun,
                           public std::enable_shared_from_this<CoroutineRun> {
 public:
  /// `sleepers` are those of its worker.
  CoroutineRun(SharedDelivery delivery, WayToActors::Ends around, std::weak_ptr<Sleepers> sleepers);
  CoroutineRun(const CoroutineRun&) = delete;
  CoroutineRun& operator=(const CoroutineRun&) = delete;
  ~CoroutineRun();

  /// Makes the coroutine and runs it to where it first waits. Then, and after each of the next two, `ended`
  /// says whether it is over.
  void begin();
  /// It is over: nobody resumes it any more.
  void let_go();
  /// Its worker ends first. What an executor has not come to yet finds it cancelled, and does not run.
  void let_go_unfinished();
  void done(detail::Completion& completion);
  void obey(Delivery::Order order);

  /// What it has come to, once; none as long as it waits.
  [[nodiscard]] std::optional<ActivityEnded> ended();

  /// Where the answer goes.
  actors::Promise<ActivityEnded> promise;

  [[nodiscard]] std::function<void()> wake_up(detail::Completion& completion) override;
  void sleep(Milliseconds delay, detail::Completion& completion) override;
  void stop_sleeping(detail::Completion& completion) noexcept override;

 private:
  /// The end of the outermost coroutine, which nobody awaits.
  class Root final : public detail::Completion {
   public:
    void done() noexcept override {}
  };

  void go_on();
  void give_back_if_sleeping();
  void end(std::optional<detail::ActivityOutcome> outcome);

  [[nodiscard]] ActivityContext::Services services() const;

  SharedDelivery delivery_;
  std::shared_ptr<Clock> clock_;
  std::shared_ptr<WayToActors> way_;
  std::weak_ptr<Sleepers> sleepers_;
  AttemptHooks hooks_;
  std::optional<ActivityContext> context_;  ///< once it has begun
  ActivityWatch watch_;
  Root root_;
  std::optional<ActivityEnded> ended_;
  bool is_over_ = false;
  bool gives_back_ = false;                               ///< as soon as it sleeps
  std::shared_ptr<detail::CoroutineActivity> coroutine_;  ///< ends first: it refers to the others
};

}  // namespace duroxide::runtime

DUROXIDE_MESSAGE(duroxide::runtime::GoOn)
DUROXIDE_MESSAGE(duroxide::runtime::OrderRun)
