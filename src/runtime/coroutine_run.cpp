#include "runtime/coroutine_run.hpp"

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include <duroxide/client.hpp>

#include "model/exceptions.hpp"
#include "model/lent_thread.hpp"
#include "runtime/activity_call.hpp"

namespace duroxide::runtime {

namespace {

constexpr const char* lent_to = "an activity that is a coroutine";

ErrorDetails miscompiled(const work::ActivityExecute& item) {
  ErrorDetails details;
  details.category = ErrorCategory::configuration;
  details.kind = ErrorKind::activity_failed;
  details.subject = item.name;
  details.message =
      "activity " + item.name +
      " is a coroutine that has suspended without awaiting anything: GCC 12 compiles a coroutine "
      "wrongly "
      "whose outermost block declares nothing and holds an if, a loop, a switch or a try around a "
      "co_await. Declare any variable in that block";
  return details;
}

}  // namespace

void WayToActors::cut() {
  std::optional<Ends> gone;
  const std::lock_guard lock(mutex_);
  gone.swap(ends_);
}

CoroutineRun::CoroutineRun(SharedDelivery delivery, WayToActors::Ends around,
                           std::weak_ptr<Sleepers> sleepers)
    : delivery_(std::move(delivery)),
      clock_(around.environment->clock),
      way_(std::make_shared<WayToActors>(around)),
      sleepers_(std::move(sleepers)),
      hooks_(*around.environment, delivery_->item),
      watch_(delivery_->meter) {}

/// What its coroutines wait for they say to be over, which needs the rest of it.
CoroutineRun::~CoroutineRun() {
  coroutine_.reset();
}

void CoroutineRun::begin() {
  const bool begins = delivery_->take_orders([weak = weak_from_this(), way = way_](auto order) {
    way->with([&](const WayToActors::Ends& ends) {
      if (auto run = weak.lock()) {
        actors::send_from_outside(ends.worker, OrderRun{std::move(run), order});
      }
    });
  });
  if (!begins) {
    is_over_ = true;
    ended_ = ActivityEnded{};  // it was cancelled on its way here
    return;
  }
  const model::LentThread lent(lent_to);
  ActivityContext::Call call = describe_call(delivery_->item);
  ActivityContext::Services services = this->services();
  auto refused = hooks_.begin(call, services);
  context_.emplace(std::move(call), std::move(services));
  if (refused) {
    end(failure(std::move(*refused)));
    return;
  }
  std::optional<detail::ActivityOutcome> outcome;
  try {
    outcome = (*delivery_->handler)(*context_, delivery_->item.item.input);
    coroutine_ = context_->coroutine();
    context_->go_on_as(nullptr);
    if (coroutine_) {
      coroutine_->task.start(*this, root_);
      go_on();
      return;
    }
  } catch (...) {
    outcome = failure(model::details_of(std::current_exception(), ErrorKind::activity_failed,
                                        delivery_->item.item.name));
  }
  end(std::move(outcome));  // what stands in for it in a test is an ordinary function
}

void CoroutineRun::let_go() {
  promise = {};
  way_->cut();
}

void CoroutineRun::let_go_unfinished() {
  {
    const model::LentThread lent(lent_to);
    delivery_->stop.request_stop();
  }
  let_go();
}

void CoroutineRun::done(detail::Completion& completion) {
  if (is_over_) {
    return;
  }
  const model::LentThread lent(lent_to);
  completion.done();
  go_on();
}

void CoroutineRun::obey(Delivery::Order order) {
  const auto sleepers = sleepers_.lock();
  if (is_over_ || !sleepers) {
    return;
  }
  if (order == Delivery::Order::stop) {
    const model::LentThread lent(lent_to);
    delivery_->stop.request_stop();
    while (const auto sleeper = sleepers->take_of(*this)) {
      sleeper->completion->done();
    }
    go_on();
  } else {
    gives_back_ = true;
    give_back_if_sleeping();
  }
}

void CoroutineRun::give_back_if_sleeping() {
  const auto sleepers = sleepers_.lock();
  if (sleepers && sleepers->take_of(*this)) {
    is_over_ = true;
    ended_ = ActivityEnded{std::nullopt, true};
    coroutine_.reset();
  }
}

std::optional<ActivityEnded> CoroutineRun::ended() {
  return std::exchange(ended_, std::nullopt);
}

std::function<void()> CoroutineRun::wake_up(detail::Completion& completion) {
  // The run goes with the message, so that it ends on its own thread.
  return [run = shared_from_this(), completion = &completion]() mutable {
    const std::shared_ptr<WayToActors> way = run->way_;
    way->with([&](const WayToActors::Ends& ends) {
      actors::send_from_outside(ends.worker, GoOn{std::move(run), completion});
    });
  };
}

/// What they refer to is there as long as the way to it.
ActivityContext::Services CoroutineRun::services() const {
  ActivityContext::Services services;
  services.stop = delivery_->stop.get_token();
  services.log = [way = way_](const LogRecord& record) {
    way->with([&](const WayToActors::Ends& ends) { ends.environment->log(record); });
  };
  services.heartbeat = [way = way_, delivery = delivery_](const ActivityToken&,
                                                          std::string details) {
    way->with([&](const WayToActors::Ends& ends) {
      if (delivery->item.item.timeouts) {
        delivery->gives_sign(ends.environment->clock->now());
      }
      if (delivery->offer_progress(std::move(details))) {
        actors::send_from_outside(ends.dispatcher, ProgressMade{delivery});
      }
    });
  };
  services.client = [way = way_] {
    std::optional<Client> client;
    way->with([&](const WayToActors::Ends& ends) { client = ends.environment->make_client(); });
    if (!client) {
      throw std::logic_error("the runtime of this activity has been stopped");
    }
    return std::move(*client);
  };
  return services;
}

/// What is over at once lets others go on first.
void CoroutineRun::sleep(Milliseconds delay, detail::Completion& completion) {
  const auto sleepers = sleepers_.lock();
  if (delay <= Milliseconds(0) || delivery_->stop.stop_requested()) {
    wake_up(completion)();
  } else if (sleepers) {
    sleepers->add(saturating_add(clock_->now(), delay), {shared_from_this(), &completion});
  }
}

void CoroutineRun::stop_sleeping(detail::Completion& completion) noexcept {
  if (const auto sleepers = sleepers_.lock()) {
    sleepers->remove(*this, completion);
  }
}

void CoroutineRun::go_on() {
  if (is_over_) {
    return;
  }
  if (!drain()) {
    coroutine_->task.leak();
    end(failure(miscompiled(delivery_->item.item)));
  } else if (coroutine_->task.is_ready()) {
    std::optional<detail::ActivityOutcome> outcome;
    try {
      outcome = coroutine_->task.take();
    } catch (...) {
      outcome = failure(model::details_of(std::current_exception(), ErrorKind::activity_failed,
                                          delivery_->item.item.name));
    }
    end(std::move(outcome));
  } else if (gives_back_) {
    give_back_if_sleeping();
  }
}

void CoroutineRun::end(std::optional<detail::ActivityOutcome> outcome) {
  is_over_ = true;
  const bool is_open = context_->completes_later() && outcome->has_value();
  ended_ = ActivityEnded{
      is_open ? std::nullopt
              : std::optional(completion_of(delivery_->item.item, std::move(*outcome)))};
  hooks_.end(ended_->completion);
  watch_.ended(ended_->completion, delivery_->stop.stop_requested());
}

}  // namespace duroxide::runtime
