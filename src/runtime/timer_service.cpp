#include "runtime/timer_service.hpp"

#include <utility>

#include "runtime/backoff.hpp"

namespace duroxide::runtime {

namespace {

constexpr std::uint64_t timers_at_once = 1'000;

}  // namespace

TimerService::TimerService(caf::actor_config& config, SharedEnvironment environment)
    : TimerServiceActor::base(config),
      environment_(std::move(environment)),
      alarm_(this, environment_->clock),
      draining_(this, environment_) {}

TimerService::behavior_type TimerService::make_behavior() {
  actors::watch(this, environment_->provider, [this] { provider_gone(); });
  alarm_.listen(TimerServiceActor(this));
  ask();
  return {
      [this](const Tick& tick) {
        if (alarm_.rings(tick)) {
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
  actors::stop_watching(this, environment_->provider);
  alarm_.close();
}

void TimerService::time_has_passed() {
  if (next_due_ && environment_->clock->now() < *next_due_) {
    alarm_.set(next_due_);  // the wait was cut short, or the clock was set back
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
  alarm_.set(next_due_);
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

void TimerService::provider_gone() {
  draining_.store_gone();
  draining_.complete();
}

}  // namespace duroxide::runtime
