#include "runtime/activity_dispatcher.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "runtime/activity_call.hpp"

namespace duroxide::runtime {

namespace {

constexpr std::size_t longest_look_ahead = 1'024;

/// Names one call of an activity among those that wait for a registration.
std::string key_of(const work::ActivityExecute& item) {
  return item.instance + "/" + std::to_string(item.execution_id) + "/" + std::to_string(item.id);
}

ErrorDetails poison_details(const provider::WorkerItem& item, std::uint32_t max_attempts) {
  ErrorDetails details;
  details.category = ErrorCategory::poison;
  details.kind = ErrorKind::poisoned_activity;
  details.subject = item.item.name;
  details.attempts = item.attempt_count;
  details.max_attempts = max_attempts;
  details.message = "activity " + item.item.name + " of instance " + item.item.instance +
                    " was started " + std::to_string(item.attempt_count - 1) +
                    " times and never finished; " + std::to_string(max_attempts) +
                    " attempts are allowed. It probably ends the process: look for a crash";
  return details;
}

}  // namespace

ActivityDispatcher::ActivityDispatcher(caf::actor_config& config, SharedEnvironment environment,
                                       std::vector<WorkerActor> workers)
    : ActivityDispatcherActor::base(config),
      environment_(std::move(environment)),
      idle_(std::move(workers)),
      workers_(idle_.size()),
      look_ahead_(workers_),
      backoffs_(environment_->options.unregistered_base(),
                environment_->options.unregistered_longest()),
      draining_(this, environment_) {}

ActivityDispatcher::behavior_type ActivityDispatcher::make_behavior() {
  actors::watch(this, environment_->provider, [this] { provider_gone(); });
  fetch();
  return {
      [this](const TryAgain&) { fetch(); },
      [this](Drain& drain) {
        draining_.begin(drain);
        waiting_.clear();  // goes back to the store with all other leases
        drain_if_done();
      },
      [this](const GiveUp&) { draining_.complete(); },
  };
}

void ActivityDispatcher::on_exit() {
  idle_.clear();
  waiting_.clear();
}

// --- fetching -------------------------------------------------------------------------------------

void ActivityDispatcher::fetch() {
  const std::size_t wanted = idle_.size() + look_ahead_;
  if (fetch_under_way_ || waiting_.size() >= wanted || draining_.has_begun()) {
    return;
  }
  fetch_under_way_ = true;
  ended_since_fetch_ = 0;
  actors::ask(
      this, environment_->provider, provider::DequeueWorkerPeekLock{wanted - waiting_.size()},
      [this](provider::Answer<std::vector<provider::WorkerItem>>& answer) {
        fetch_under_way_ = false;
        adapt_look_ahead();
        fetched(answer);
      },
      [this] { provider_gone(); });
}

/// Items wait here for a worker so that none is idle while the store commits: twice what the workers
/// got through during the last fetch. Not more, because what is held here when the process dies
/// counts as delivered; long activities, of which few end meanwhile, so leave it small.
void ActivityDispatcher::adapt_look_ahead() {
  const std::size_t measured = std::min(2 * ended_since_fetch_, longest_look_ahead);
  look_ahead_ = std::max({workers_, measured, look_ahead_ / 2});
}

void ActivityDispatcher::fetched(provider::Answer<std::vector<provider::WorkerItem>>& answer) {
  if (!answer) {
    if (environment_->is_closed(answer.error())) {
      provider_gone();
      return;
    }
    environment_->log(LogLevel::warn, "cannot fetch activities: " + answer.error().to_string());
    actors::send_later(this, retry_delay(++failed_fetches_), TryAgain{});
    return;
  }
  failed_fetches_ = 0;
  if (draining_.has_begun()) {
    return;  // too late: the items go back to the store with all other leases
  }
  for (provider::WorkerItem& item : *answer) {
    accept(std::move(item));
  }
  hand_out();
  fetch();
}

void ActivityDispatcher::accept(provider::WorkerItem item) {
  if (item.attempt_count > environment_->options.max_attempts()) {
    fail_poisoned(item);
    return;
  }
  auto handler = environment_->activities.resolve(item.item.name);
  if (!handler) {
    wait_for_registration(item, handler.error());
    return;
  }
  waiting_.push_back({std::move(item), std::move(*handler)});
}

// --- running --------------------------------------------------------------------------------------

void ActivityDispatcher::hand_out() {
  while (!waiting_.empty() && !idle_.empty()) {
    const WorkerActor worker = std::move(idle_.back());
    idle_.pop_back();
    RunActivity run = std::move(waiting_.front());
    waiting_.pop_front();
    run_on(worker, std::move(run));
  }
}

void ActivityDispatcher::run_on(const WorkerActor& worker, RunActivity run) {
  const provider::LockToken token = run.item.lock_token;
  actors::ask(
      this, worker, std::move(run), [this, worker](const ActivityEnded&) { worker_idle(worker); },
      [this, token] { worker_lost(token); });
}

void ActivityDispatcher::worker_idle(const WorkerActor& worker) {
  idle_.push_back(worker);
  ++ended_since_fetch_;
  hand_out();
  drain_if_done();
  fetch();
}

void ActivityDispatcher::worker_lost(provider::LockToken token) {
  --workers_;
  environment_->log(LogLevel::error,
                    "a worker has ended unexpectedly; " + std::to_string(workers_) + " are left");
  provider::AbandonWorker request;
  request.lock_token = token;
  request.delay = retry_delay(1);
  abandon(std::move(request));
  drain_if_done();
}

void ActivityDispatcher::fail_poisoned(const provider::WorkerItem& item) {
  ErrorDetails details = poison_details(item, environment_->options.max_attempts());
  LogRecord line;
  line.level = LogLevel::error;
  line.message = details.message;
  line.instance = item.item.instance;
  line.execution_id = item.item.execution_id;
  line.orchestration = item.item.orchestration;
  line.version = item.item.version;
  line.activity = item.item.name;
  environment_->log(line);
  actors::ask(
      this, environment_->provider,
      provider::AckWorker{item.lock_token, failed_activity(item.item, std::move(details))},
      [this, token = item.lock_token](const Done& reply) {
        if (!reply && !environment_->is_closed(reply.error())) {
          provider::AbandonWorker request;
          request.lock_token = token;
          request.delay = retry_delay(10);
          abandon(std::move(request));
        }
      },
      [] {});
}

void ActivityDispatcher::wait_for_registration(const provider::WorkerItem& item,
                                               const NotRegistered& missing) {
  const Backoffs::Step step = backoffs_.next(key_of(item.item), environment_->clock->now());
  if (step.is_first) {
    LogRecord line;
    line.level = LogLevel::warn;
    line.message = missing.waiting_for() + "; " + missing.registered;
    line.instance = item.item.instance;
    line.execution_id = item.item.execution_id;
    line.activity = item.item.name;
    environment_->log(line);
  }
  provider::AbandonWorker request;
  request.lock_token = item.lock_token;
  request.delay = step.delay;
  request.ignore_attempt = true;
  request.waiting_for = missing.waiting_for();
  abandon(std::move(request));
}

void ActivityDispatcher::abandon(provider::AbandonWorker request) {
  // An error means that the lease is over already, which is what this is for.
  actors::ask(
      this, environment_->provider, std::move(request), [](const Done&) {}, [] {});
}

// --- the end --------------------------------------------------------------------------------------

void ActivityDispatcher::provider_gone() {
  waiting_.clear();
  draining_.store_gone();
  drain_if_done();
}

void ActivityDispatcher::drain_if_done() {
  if (draining_.has_begun() && idle_.size() == workers_) {
    draining_.complete();
  }
}

}  // namespace duroxide::runtime
