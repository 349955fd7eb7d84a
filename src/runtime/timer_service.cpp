#include "runtime/timer_service.hpp"

#include <algorithm>
#include <utility>

#include "runtime/backoff.hpp"

namespace duroxide::runtime {

namespace {

constexpr std::uint64_t timers_at_once = 1'000;
/// No delay is armed for longer, so that a system clock that was set is noticed.
constexpr Milliseconds longest_wait{60'000};

}  // namespace

TimerService::TimerService(caf::actor_config& config, SharedEnvironment environment)
    : TimerServiceActor::base(config),
      environment_(std::move(environment)),
      draining_(this, environment_) {}

TimerService::behavior_type TimerService::make_behavior() {
  actors::watch(this, environment_->provider, [this] { provider_gone(); });
  if (!environment_->clock->ticks()) {
    clock_subscription_ = environment_->clock->subscribe(
        [self = TimerServiceActor(this)] { actors::send_from_outside(self, Tick{}); });
  }
  ask();
  return {
      [this](const Tick& tick) {
        if (tick.generation == 0 || tick.generation == armed_generation_) {
          time_has_passed();
        }
      },
      [this](const TryAgain&) { ask(); },
      [this](Drain& drain) {
        draining_.begin(drain);
        draining_.complete();
      },
      [this](const GiveUp&) { draining_.complete(); },
  };
}

void TimerService::on_exit() {
  // The subscription holds this actor: without this it would never be freed.
  clock_subscription_.reset();
  actors::stop_watching(this, environment_->provider);
}

void TimerService::time_has_passed() {
  armed_until_.reset();
  if (next_due_ && environment_->clock->now() < *next_due_) {
    arm();  // the wait was cut short, or the clock was set back
    return;
  }
  // Asking as if nothing were known gets an answer in any case, also if the clock steps back now.
  next_due_.reset();
  ask();
}

void TimerService::ask() {
  if (draining_.has_begun()) {
    return;
  }
  const std::uint64_t request = ++last_request_;
  actors::ask(
      this, environment_->provider, provider::DequeueTimerPeekLock{timers_at_once, next_due_},
      [this, request](provider::Answer<provider::DueTimers>& answer) {
        if (answer && !answer->lock_tokens.empty()) {
          acknowledge(std::move(answer->lock_tokens));
        }
        if (request == last_request_) {
          answered(answer);
        }
      },
      [this] { provider_gone(); });
}

void TimerService::answered(const provider::Answer<provider::DueTimers>& answer) {
  if (!answer) {
    if (environment_->is_closed(answer.error())) {
      provider_gone();
      return;
    }
    environment_->log(LogLevel::warn, "cannot fetch timers: " + answer.error().to_string());
    actors::send_later(this, retry_delay(++failures_), TryAgain{});
    return;
  }
  failures_ = 0;
  next_due_ = answer->next_due;
  arm();
  ask();
}

void TimerService::acknowledge(std::vector<provider::LockToken> tokens) {
  actors::ask(
      this, environment_->provider, provider::AckTimer{std::move(tokens)},
      [this](const Done& reply) {
        if (!reply && !environment_->is_closed(reply.error())) {
          // The store hands the timers out again.
          environment_->log(LogLevel::warn, "cannot fire timers: " + reply.error().to_string());
        }
      },
      [this] { provider_gone(); });
}

void TimerService::arm() {
  if (!next_due_ || !environment_->clock->ticks()) {
    return;
  }
  const Timestamp now = environment_->clock->now();
  const Milliseconds delay = std::clamp(*next_due_ - now, Milliseconds(0), longest_wait);
  const Timestamp until = now + delay;
  if (armed_until_ && *armed_until_ <= until) {
    return;  // the one under way ends early enough
  }
  armed_until_ = until;
  actors::send_later(this, delay, Tick{++armed_generation_});
}

void TimerService::provider_gone() {
  draining_.store_gone();
  draining_.complete();
}

}  // namespace duroxide::runtime
