#include "runtime/orchestration_dispatcher.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "model/invariant.hpp"

namespace duroxide::runtime {

namespace {

/// No sweep is armed for longer, so that a clock that was set is noticed.
constexpr Milliseconds longest_sweep{60'000};

}  // namespace

OrchestrationDispatcher::OrchestrationDispatcher(caf::actor_config& config,
                                                 SharedEnvironment environment,
                                                 MakeOrchestrator make_orchestrator)
    : OrchestrationDispatcherActor::base(config),
      environment_(std::move(environment)),
      make_orchestrator_(std::move(make_orchestrator)),
      backoffs_(environment_->options.unregistered_base(),
                environment_->options.unregistered_longest()),
      draining_(this, environment_) {}

OrchestrationDispatcher::behavior_type OrchestrationDispatcher::make_behavior() {
  actors::watch(this, environment_->provider, [this] { provider_gone(); });
  if (!environment_->clock->ticks()) {
    clock_subscription_ =
        environment_->clock->subscribe([self = OrchestrationDispatcherActor(this)] {
          actors::send_from_outside(self, SweepIdle{});
        });
  }
  fetch();
  return {
      [this](const SweepIdle&) {
        sweep_armed_ = false;
        evict_idle();
      },
      [this](const TryAgain&) { fetch(); },
      [this](Drain& drain) {
        draining_.begin(drain);
        drain_if_done();
      },
      [this](const GiveUp&) { finish(); },
  };
}

void OrchestrationDispatcher::on_exit() {
  // The subscription holds this actor: without this it would never be freed.
  clock_subscription_.reset();
  actors::stop_watching(this, environment_->provider);
  residents_.clear();
}

// --- fetching -------------------------------------------------------------------------------------

void OrchestrationDispatcher::fetch() {
  const std::size_t most = environment_->options.orchestration_concurrency();
  const std::size_t room = most - std::min(most, turns_under_way_);
  if (fetch_under_way_ || room == 0 || draining_.has_begun()) {
    return;
  }
  fetch_under_way_ = true;
  actors::ask(
      this, environment_->provider, provider::FetchOrchestrationItem{room},
      [this](provider::Answer<std::vector<provider::OrchestrationItem>>& answer) {
        fetch_under_way_ = false;
        fetched(answer);
      },
      [this] { provider_gone(); });
}

void OrchestrationDispatcher::fetched(
    provider::Answer<std::vector<provider::OrchestrationItem>>& answer) {
  if (!answer) {
    if (environment_->is_closed(answer.error())) {
      provider_gone();
      return;
    }
    environment_->log(LogLevel::warn, "cannot fetch instances: " + answer.error().to_string());
    actors::send_later(this, retry_delay(++failed_fetches_), TryAgain{});
    return;
  }
  failed_fetches_ = 0;
  if (draining_.has_begun()) {
    return;  // too late: the items go back to the store with all other leases
  }
  for (provider::OrchestrationItem& item : *answer) {
    dispatch(std::move(item));
  }
  fetch();
}

// --- turns ----------------------------------------------------------------------------------------

void OrchestrationDispatcher::dispatch(provider::OrchestrationItem item) {
  Residents::Entry* entry = residents_.find(item.instance);
  if (entry == nullptr) {
    if (!item.history_included && item.history_size != 0) {
      ask_for_history(item.instance, item.lock_token);  // evicted while the item was on its way
      return;
    }
    entry = &residents_.add(item.instance, make_orchestrator_(item.instance),
                            environment_->clock->now());
  }
  residents_.begin_turn(*entry);
  ++turns_under_way_;
  const std::string instance = item.instance;
  const provider::LockToken token = item.lock_token;
  const std::uint64_t generation = entry->generation;
  const bool keep = environment_->options.max_resident_instances() != 0;
  actors::ask(
      this, entry->actor, RunTurn{std::move(item), keep},
      [this, instance, generation, token](const TurnEnded& ended) {
        turn_ended(instance, generation, token, ended);
      },
      [this, instance, generation, token] { orchestrator_lost(instance, generation, token); });
}

void OrchestrationDispatcher::turn_ended(const std::string& instance, std::uint64_t generation,
                                         provider::LockToken token, const TurnEnded& ended) {
  one_turn_less();
  if (Residents::Entry* entry = residents_.find(instance, generation)) {
    residents_.end_turn(*entry, environment_->clock->now());
    if (ended.kind == TurnEnded::Kind::gone) {
      residents_.remove(instance);
    } else if (ended.kind != TurnEnded::Kind::resident && entry->turns == 0) {
      let_go(instance);
    }
  }
  if (ended.kind == TurnEnded::Kind::not_registered) {
    wait_for_registration(instance, token, ended.missing);
  } else {
    backoffs_.forget(instance);
    if (ended.kind == TurnEnded::Kind::history_missing) {
      ask_for_history(instance, token);
    }
  }
  evict_over_limit();
  arm_sweep();
  drain_if_done();
  fetch();
}

void OrchestrationDispatcher::orchestrator_lost(const std::string& instance,
                                                std::uint64_t generation,
                                                provider::LockToken token) {
  one_turn_less();
  if (residents_.find(instance, generation) != nullptr) {
    residents_.remove(instance);
  }
  actors::send(this, environment_->provider, provider::ReleaseInstance{instance});
  provider::AbandonOrchestrationItem request;
  request.lock_token = token;
  request.delay = retry_delay(1);
  abandon(std::move(request));
  drain_if_done();
  fetch();
}

void OrchestrationDispatcher::one_turn_less() {
  DUROXIDE_INVARIANT(turns_under_way_ > 0, "a turn that ends was under way");
  --turns_under_way_;
}

void OrchestrationDispatcher::wait_for_registration(const std::string& instance,
                                                    provider::LockToken token,
                                                    const NotRegistered& missing) {
  // As when somebody has mixed up the two texts that a start takes.
  const std::string hint =
      environment_->orchestrations.resolve(instance, std::nullopt)
          ? ". There is an orchestration by the name of the instance, `" + instance +
                "`: start_orchestration takes the id of the instance first, then the orchestration"
          : "";
  const Backoffs::Step step = backoffs_.next(instance, environment_->clock->now());
  if (step.is_first) {
    LogRecord line;
    line.level = LogLevel::warn;
    line.message = missing.waiting_for() + "; " + missing.registered + hint;
    line.instance = instance;
    environment_->log(line);
  }
  actors::send(this, environment_->provider, provider::ReleaseInstance{instance});
  provider::AbandonOrchestrationItem request;
  request.lock_token = token;
  request.delay = step.delay;
  request.ignore_attempt = true;
  request.waiting_for = missing.waiting_for() + hint;
  request.unregistered = missing.another_may_have_it;
  abandon(std::move(request));
}

void OrchestrationDispatcher::ask_for_history(const std::string& instance,
                                              provider::LockToken token) {
  actors::send(this, environment_->provider, provider::ReleaseInstance{instance});
  provider::AbandonOrchestrationItem request;
  request.lock_token = token;
  request.ignore_attempt = true;
  abandon(std::move(request));
}

void OrchestrationDispatcher::abandon(provider::AbandonOrchestrationItem request) {
  // An error means that the lease is over already, which is what this is for.
  actors::ask(
      this, environment_->provider, std::move(request), [](const Done&) {}, [] {});
}

// --- residency ------------------------------------------------------------------------------------

void OrchestrationDispatcher::let_go(const std::string& instance) {
  if (const Residents::Entry* entry = residents_.find(instance)) {
    actors::send(this, entry->actor, Leave{});
    residents_.remove(instance);
  }
}

void OrchestrationDispatcher::evict(const std::string& instance) {
  let_go(instance);
  actors::send(this, environment_->provider, provider::ReleaseInstance{instance});
}

void OrchestrationDispatcher::evict_over_limit() {
  while (residents_.size() > environment_->options.max_resident_instances()) {
    const auto oldest = residents_.oldest_idle();
    if (!oldest) {
      return;  // all are busy; looked at again when a turn ends
    }
    evict(oldest->instance);
  }
}

void OrchestrationDispatcher::evict_idle() {
  const Timestamp now = environment_->clock->now();
  for (auto oldest = residents_.oldest_idle();
       oldest && saturating_add(oldest->since, environment_->options.idle_eviction()) <= now;
       oldest = residents_.oldest_idle()) {
    evict(oldest->instance);
  }
  arm_sweep();
}

void OrchestrationDispatcher::arm_sweep() {
  if (sweep_armed_ || !environment_->clock->ticks() || draining_.has_begun()) {
    return;
  }
  if (const auto oldest = residents_.oldest_idle()) {
    const Timestamp due = saturating_add(oldest->since, environment_->options.idle_eviction());
    const Milliseconds delay = due - environment_->clock->now();
    sweep_armed_ = true;
    actors::send_later(this, std::clamp(delay, Milliseconds(1), longest_sweep), SweepIdle{});
  }
}

// --- the end --------------------------------------------------------------------------------------

void OrchestrationDispatcher::provider_gone() {
  draining_.store_gone();
  drain_if_done();
}

void OrchestrationDispatcher::drain_if_done() {
  if (draining_.has_begun() && turns_under_way_ == 0) {
    finish();
  }
}

void OrchestrationDispatcher::finish() {
  residents_.for_each([this](const OrchestratorActor& each) { actors::send(this, each, Leave{}); });
  residents_.clear();
  draining_.complete();
}

}  // namespace duroxide::runtime
